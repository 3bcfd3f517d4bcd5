namespace BackupOperator.Chaos.Strikes;

/// <summary>How long faults last.</summary>
/// <param name="Killed">From a death to the start of what takes its place, where nothing in the cluster starts it.</param>
/// <param name="Hung">From SIGSTOP to SIGCONT.</param>
/// <param name="Unreachable">Without a packet.</param>
internal sealed record StrikeDurations(TimeSpan Killed, TimeSpan Hung, TimeSpan Unreachable)
{
    /// <summary>
    /// The whole matrix: longer than the 30 s after which a request to the API and a stalled transfer are given up, and
    /// shorter than the two minutes for which both are tried again.
    /// </summary>
    public static StrikeDurations Full { get; } = new(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(60));

    /// <summary>The sample for every day.</summary>
    public static StrikeDurations Short { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(8));

    public TimeSpan Of(FaultKind kind) => kind switch
    {
        FaultKind.Killed => Killed,
        FaultKind.Hung => Hung,
        _ => Unreachable,
    };
}
