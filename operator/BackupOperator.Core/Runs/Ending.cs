namespace BackupOperator.Core.Runs;

/// <summary>
/// The recorded decision to end a run. It is written before anything is undone, so that an operator that dies on the
/// way goes on with the same outcome: a Job that is missing then was deleted by us, and not by a stranger.
/// </summary>
/// <param name="Outcome">Failed or Cancelled.</param>
/// <param name="Since">When it was decided.</param>
public sealed record Ending(RunStage Outcome, string Reason, string Message, bool Retryable, DateTimeOffset Since)
{
    /// <summary>When the last pod of the run was found gone while its mark was still on the target.</summary>
    public DateTimeOffset? SidecarGoneAt { get; init; }
}
