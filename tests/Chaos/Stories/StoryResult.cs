namespace BackupOperator.Chaos.Stories;

/// <summary>What became of one run of a story.</summary>
/// <param name="Problems">What should not be; empty where all is well.</param>
internal sealed record StoryResult(string Name, string? Outcome, IReadOnlyList<string> Problems);
