using System.Diagnostics;

namespace BackupOperator.Demo.Stage;

/// <summary>Prints a line for each phase of a run until it ends.</summary>
internal sealed class RunWatcher<T>(Theatre theatre, Screen screen, string name)
    where T : class, IKubernetesObject, IRunEntity
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <returns>Whether it completed.</returns>
    public async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        string? last = null;
        while (watch.Elapsed < Limit)
        {
            var run = await theatre.Cluster.Client.GetAsync<T>(name, Theatre.Namespace, cancellationToken);
            var status = run?.RunStatus;
            if (status?.PhaseName is { } phase && phase != last)
            {
                last = phase;
                screen.Phase(phase, Detail(status));
                if (phase is "Completed")
                {
                    return true;
                }

                if (phase is "Failed" or "Cancelled")
                {
                    screen.Fail($"{status.Failure?.Reason}: {status.Failure?.Message}");
                    return false;
                }
            }

            if (theatre.OperatorHasEnded)
            {
                screen.Fail("The operator has ended.");
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }

        screen.Fail($"{name} did not end within {Limit.TotalMinutes} minutes.");
        return false;
    }

    private static string Detail(RunStatus status) => status switch
    {
        MySqlBackupStatus { PhaseName: "Completed" } backup =>
            $"{backup.Size?.Logical} in {backup.Size?.Stored} ({backup.Size?.Ratio:0.0}×), MySQL was down for {backup.DowntimeSeconds:0.0} s, {backup.Duration} in all; {backup.Location}",
        { PhaseName: "Completed" } => $"MySQL was down for {status.DowntimeSeconds:0.0} s, {status.Duration} in all",
        _ => status.Message ?? "",
    };
}
