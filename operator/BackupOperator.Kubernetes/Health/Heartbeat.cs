namespace BackupOperator.Kubernetes.Health;

/// <summary>The time of a loop's last sign of life, by a clock that nobody sets.</summary>
internal sealed class Heartbeat(TimeProvider time)
{
    private long last = time.GetTimestamp();

    /// <summary>How long ago the last beat was.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref last));

    public void Beat() => Beat(time.GetTimestamp());

    /// <param name="at">A timestamp of the clock.</param>
    public void Beat(long at) => Volatile.Write(ref last, at);
}
