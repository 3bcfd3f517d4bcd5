namespace BackupOperator.Core.Runs;

/// <summary>User and group of files, by their numbers.</summary>
public sealed record FileOwner(long User, long Group);
