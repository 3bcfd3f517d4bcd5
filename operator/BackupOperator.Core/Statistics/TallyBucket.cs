namespace BackupOperator.Core.Statistics;

/// <summary>The tally of an hour or a day (UTC).</summary>
/// <param name="Start">When the hour or day begins.</param>
public sealed record TallyBucket(DateTimeOffset Start, RunTally Tally);
