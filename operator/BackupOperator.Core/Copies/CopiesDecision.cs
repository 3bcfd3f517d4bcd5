using BackupOperator.Core.Conditions;
using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Copies;

/// <summary>What is to be recorded of the copies of a backup, and done about them after.</summary>
public sealed record CopiesDecision(IReadOnlyList<CopyState> Copies, Condition Condition)
{
    public IReadOnlyList<RunAction> Actions { get; init; } = [];

    /// <summary>Null for never.</summary>
    public TimeSpan? RequeueAfter { get; init; }
}
