namespace BackupOperator.Core.Runs;

/// <summary>Finds the true cause of a failed Job: the sidecar's own words where it left some, else how its pod ended.</summary>
public static class PostMortem
{
    private const string DeadlineExceeded = nameof(DeadlineExceeded);

    public static RunFailureInfo Explain(JobObservation job, PodObservation? lastPod, SidecarReport? report)
    {
        var cause = Find(job, lastPod, report);
        return LingeringPod.Describe(lastPod) is { } lingers ? cause with { Message = $"{cause.Message} {lingers}" } : cause;
    }

    private static RunFailureInfo Find(JobObservation job, PodObservation? lastPod, SidecarReport? report)
    {
        if (job.Reason == DeadlineExceeded)
        {
            return new RunFailureInfo(
                RunReason.TotalTimeout, "The run did not end within spec.timeouts.total; raise it, or look for what slowed the run down", Retryable: true);
        }

        if (lastPod?.Termination?.Failure is { } told)
        {
            return told;
        }

        // A report of an earlier attempt says nothing about the death of a later one.
        if (report?.Failure is { } reported && (lastPod?.Termination is null || report.Pod == lastPod.Name))
        {
            return reported;
        }

        var attempts = job.FailedPods > 1 ? $" It was the last of {job.FailedPods} attempts." : "";
        var step = report?.Step is { } at and not (SidecarStep.Done or SidecarStep.Failed or SidecarStep.Unknown) ? $" while {Gerund(at)}" : "";
        return new RunFailureInfo(RunReason.SidecarDied, Died(lastPod, step) + attempts, Retryable: true);
    }

    private static string Died(PodObservation? pod, string step)
    {
        if (pod is null)
        {
            return $"The sidecar's pod vanished{step} and left no trace: it was deleted, or its node was lost.";
        }

        if (pod.Termination is not { } end)
        {
            return pod.WaitingFor is { } waiting
                ? $"Pod {pod.Name} never ran: {waiting}."
                : $"Pod {pod.Name} ended{step} without a word from its container: its node may be lost.";
        }

        var cause = end.Reason switch
        {
            "OOMKilled" => "ran out of memory (OOMKilled); raise spec.job.resources.limits.memory",
            "Evicted" => "was evicted from its node",
            null or "" or "Error" or "Completed" => end.ExitCode switch
            {
                137 => "was killed with SIGKILL (exit code 137)",
                143 => "was terminated with SIGTERM (exit code 143)",
                > 128 and < 192 => $"was killed by signal {end.ExitCode - 128} (exit code {end.ExitCode})",
                { } code => $"exited with code {code}",
                null when end.Signal is { } signal => $"was killed by signal {signal}",
                null => "ended",
            },
            { } other => end.ExitCode is { } code ? $"ended with {other} (exit code {code})" : $"ended with {other}",
        };
        var words = string.IsNullOrWhiteSpace(end.Message) ? "" : $": {end.Message.Trim().TrimEnd('.')}";
        return $"The sidecar in pod {pod.Name} {cause}{step}{words}.";
    }

    private static string Gerund(SidecarStep step) => step switch
    {
        SidecarStep.Swapping => "swapping the data directories",
        SidecarStep.RollingBack => "rolling back",
        _ => step.ToString().ToLowerInvariant(),
    };
}
