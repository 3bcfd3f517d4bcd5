namespace BackupOperator.Core.Copies;

/// <summary>How far a copy of a backup is, as it is recorded.</summary>
/// <param name="Location">Where it lies, for people.</param>
/// <param name="Attempts">How often it was tried, the backup itself included.</param>
/// <param name="Problem">Why it is not complete.</param>
/// <param name="NextAttempt">When it is tried again; null where it is complete or given up.</param>
public sealed record CopyState(string Location, bool Complete, int Attempts, string? Problem = null, DateTimeOffset? NextAttempt = null);
