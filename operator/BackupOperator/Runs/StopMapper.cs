namespace BackupOperator.Runs;

/// <summary>Reads and writes the record that the operator has stopped MySQL for a pod.</summary>
internal static class StopMapper
{
    public static TargetStop? Read(RecordedStop? stop) =>
        stop is { Pod: { } pod, Time: { } at } ? new TargetStop(pod, at, stop.Seen == true) : null;

    public static RecordedStop Write(TargetStop stop) => new() { Pod = stop.Pod, Time = stop.At, Seen = stop.Seen ? true : null };
}
