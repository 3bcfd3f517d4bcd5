namespace BackupOperator.Runs;

/// <summary>Reads and writes the recorded decision to end a run.</summary>
internal static class EndingMapper
{
    public static Ending? Read(EndingStatus? status) =>
        status is { Reason: { } reason, Since: { } since } && Enum.TryParse<RunStage>(status.Outcome, out var outcome) && outcome.IsOver()
            ? new Ending(outcome, reason, status.Message ?? "", status.Retryable ?? false, since) { SidecarGoneAt = status.SidecarGoneAt }
            : null;

    public static EndingStatus? Write(Ending? ending) => ending is null
        ? null
        : new EndingStatus
        {
            Outcome = ending.Outcome.ToString(),
            Reason = ending.Reason,
            Message = ending.Message,
            Retryable = ending.Retryable,
            Since = ending.Since,
            SidecarGoneAt = ending.SidecarGoneAt,
        };
}
