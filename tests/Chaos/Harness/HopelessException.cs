namespace BackupOperator.Chaos.Harness;

/// <summary>What is waited for can no longer come.</summary>
internal sealed class HopelessException(string message) : Exception(message);
