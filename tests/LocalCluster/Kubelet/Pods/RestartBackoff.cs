namespace BackupOperator.LocalCluster.Kubelet.Pods;

/// <summary>The pauses between restarts of a container: none the first time, then doubling; forgotten after a long good run.</summary>
internal sealed class RestartBackoff(KubeletOptions options)
{
    private static readonly TimeSpan GoodRun = TimeSpan.FromMinutes(10);
    private int crashes;

    public TimeSpan Next(TimeSpan ran)
    {
        crashes = ran > GoodRun ? 1 : crashes + 1;
        var pause = crashes == 1 ? TimeSpan.Zero : options.RestartBackoffFirst * Math.Pow(2, Math.Min(crashes - 2, 20));
        return pause < options.RestartBackoffMost ? pause : options.RestartBackoffMost;
    }
}
