namespace BackupOperator.LocalCluster.Kubelet.Probes;

/// <summary>Asks again and again, and tells when the answer counts: after so many successes or failures in a row.</summary>
internal static class ProbeLoop
{
    /// <param name="ask">Null for success, or what was wrong.</param>
    /// <param name="report">Told the verdict whenever it is reached; answers whether to go on.</param>
    /// <param name="failed">Told of each failure.</param>
    public static async Task RunAsync(
        V1Probe probe,
        TimeProvider time,
        Func<CancellationToken, Task<string?>> ask,
        Func<bool, bool> report,
        Action<string> failed,
        CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromSeconds(probe.InitialDelaySeconds ?? 0), time, cancellationToken);
        var successes = 0;
        var failures = 0;
        while (true)
        {
            if (await ask(cancellationToken) is { } problem)
            {
                successes = 0;
                failures++;
                failed(problem);
                if (failures >= (probe.FailureThreshold ?? 3) && !report(false))
                {
                    return;
                }
            }
            else
            {
                failures = 0;
                successes++;
                if (successes >= (probe.SuccessThreshold ?? 1) && !report(true))
                {
                    return;
                }
            }

            await Task.Delay(TimeSpan.FromSeconds(probe.PeriodSeconds is { } period and > 0 ? period : 10), time, cancellationToken);
        }
    }
}
