using BackupOperator.Core.Durations;

namespace BackupOperator.Runs;

/// <summary>
/// The durations of a spec. The schema knows their form and not their length: one that is too long is refused here, before
/// anything else is planned. Pure.
/// </summary>
internal static class SpecDurations
{
    public static SpecFinding? Check(IRunEntity run)
    {
        var durations = run switch
        {
            MySqlBackup backup => Of(backup.Spec),
            MySqlRestore restore => Of(restore.Spec),
            _ => [],
        };
        return Problem(durations) is { } problem ? new SpecFinding(FailureReason.InvalidSpec, "spec." + problem, Final: true) : null;
    }

    /// <summary>The field that is wrong, what is in it, and the way out; null where all can be understood.</summary>
    public static string? Problem(IEnumerable<(string Field, string? Value)> durations) =>
        durations.FirstOrDefault(d => d.Value is not null && !DurationText.TryParse(d.Value, out _)) is { Field: { } field, Value: var value }
            ? $"{field}: {value} is no duration, or longer than ten years; give one such as 90s, 30m or 7d, 3650d at most"
            : null;

    public static IEnumerable<(string Field, string? Value)> Of(MySqlBackupSpec spec) =>
    [
        .. Of(spec.Timeouts),
        ("cold.maxReplicaLag", spec.Cold.MaxReplicaLag),
        ("cold.maxDowntime", spec.Cold.MaxDowntime),
        ("retention.ttl", spec.Retention?.Ttl),
    ];

    public static IEnumerable<(string Field, string? Value)> Of(MySqlRestoreSpec spec) =>
    [
        .. Of(spec.Timeouts),
        ("safety.keepPrevious", spec.Safety.KeepPrevious),
        ("safety.maxDowntime", spec.Safety.MaxDowntime),
    ];

    private static IEnumerable<(string Field, string? Value)> Of(RunTimeouts timeouts) =>
    [
        ("timeouts.queued", timeouts.Queued),
        ("timeouts.preparing", timeouts.Preparing),
        ("timeouts.quiesce", timeouts.Quiesce),
        ("timeouts.resume", timeouts.Resume),
        ("timeouts.total", timeouts.Total),
    ];
}
