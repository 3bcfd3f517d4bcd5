namespace BackupOperator.Runs;

/// <summary>An object that a run needs to create exists already, and belongs to someone else.</summary>
internal sealed class NameConflictException(string message) : Exception(message);
