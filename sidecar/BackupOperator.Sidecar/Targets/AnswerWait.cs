using BackupOperator.Kubernetes.Client;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Targets;

/// <summary>Waits for MySQL's answer after a scale-up.</summary>
public sealed class AnswerWait(AliveProbe probe, Resumer resumer, RunSpec run, RunSettings settings, ApiRetry retry, TimeProvider time)
{
    /// <summary>Returns when MySQL answers, when it is hopeless, when its pod waits for the end of this one, or after <see cref="RunTarget.ResumeTimeout"/>.</summary>
    /// <param name="hopelessEnds">Whether a pod that fails again and again ends the wait before the timeout.</param>
    public async Task<Aliveness> WaitAsync(bool hopelessEnds, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var seen = await LookAsync(cancellationToken);
            if (seen.Answers || seen.Elsewhere || (hopelessEnds && seen.Hopeless) || time.GetElapsedTime(since) >= run.Target.ResumeTimeout)
            {
                return seen;
            }

            await KeepUpAsync(cancellationToken);
            await Task.Delay(settings.PauseAfter(time.GetElapsedTime(since)), time, cancellationToken);
        }
    }

    // Whoever raised the replicas in the middle of the run may lower them again, while it waits here for an answer.
    private async Task KeepUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            await resumer.KeepUpAsync(cancellationToken);
        }
        catch (Exception away) when (away is KubernetesUnavailableException or KubernetesApiException && !cancellationToken.IsCancellationRequested)
        {
            // Looked at again in a moment.
        }
    }

    /// <summary>Looks once, and again while the API is away.</summary>
    /// <exception cref="RunException">The API stays away.</exception>
    public Task<Aliveness> LookPatientlyAsync(CancellationToken cancellationToken) =>
        retry.RunAsync(probe.LookAsync, settings.ApiPatience, cancellationToken);

    /// <summary>Looks once; an API that is away counts as no answer.</summary>
    private async Task<Aliveness> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await probe.LookAsync(cancellationToken);
        }
        catch (Exception away) when (away is KubernetesUnavailableException or KubernetesApiException && !cancellationToken.IsCancellationRequested)
        {
            return new Aliveness(false, away.Message);
        }
    }
}
