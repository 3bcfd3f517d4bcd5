using System.Diagnostics;
using BackupOperator.TestSupport.Faults;

namespace BackupOperator.Archive.Tests.Support;

/// <summary>What tests have in common that kill a child process while its store may be failing.</summary>
internal static class Kills
{
    private static readonly Fault[] Faults =
    [
        new Fault.Answer(500, "InternalError"),
        new Fault.Answer(503, "SlowDown", RetryAfter: "0"),
        new Fault.ResetRequest(),
        new Fault.ResetRequest(AfterBytes: 200_000),
        new Fault.LoseAnswer(),
        new Fault.CutAnswer(AfterBytes: 1000),
        new Fault.Slow(TimeSpan.FromMilliseconds(100)),
    ];

    /// <summary>For "failing s3" a way to the gateway on which one request in twenty goes wrong; null otherwise.</summary>
    public static FaultProxy? FailingProxy(RgwFixture rgw, string kind, int seed)
    {
        if (kind != "failing s3")
        {
            return null;
        }

        var proxy = FaultProxy.Start(rgw.Rgw.Port);
        proxy.Rule = FaultRules.Share(0.05, new Random(seed), Faults);
        return proxy;
    }

    /// <summary>Kills a child a random while after the first part of this attempt; false when it was faster.</summary>
    public static async Task<bool> KillAsync(ChildJob job, Random random, string verb = ChildWriter.Verb)
    {
        var before = Parts(job);
        using var child = ChildWriter.Start(verb, job);
        var since = Stopwatch.GetTimestamp();
        while (!child.HasExited && Parts(job) == before && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(60))
        {
            await Task.Delay(5);
        }

        await Task.Delay(random.Next(0, 60));
        if (child.HasExited)
        {
            return false;
        }

        child.Kill();
        await child.WaitForExitAsync();
        return true;
    }

    private static int Parts(ChildJob job) => File.Exists(job.Log) ? File.ReadLines(job.Log).Count() : 0;
}
