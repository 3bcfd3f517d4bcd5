namespace BackupOperator.LocalCluster.Controllers.Jobs;

/// <summary>What a Job's podFailurePolicy says to a failed pod: count it, ignore it, or fail the Job with a message.</summary>
internal sealed record PodFailureVerdict(bool Counts, string? FailJobMessage)
{
    private static readonly PodFailureVerdict Count = new(true, null);

    /// <summary>The first rule that matches decides (<c>pkg/controller/job/pod_failure_policy.go</c>).</summary>
    public static PodFailureVerdict Of(V1Job job, V1Pod pod)
    {
        var rules = job.Spec!.PodFailurePolicy?.Rules ?? [];
        for (var index = 0; index < rules.Count; index++)
        {
            if (Match(rules[index], pod) is not { } what)
            {
                continue;
            }

            return rules[index].Action switch
            {
                "FailJob" => new PodFailureVerdict(true, $"{what} matching FailJob rule at index {index}"),
                "Ignore" => new PodFailureVerdict(false, null),
                _ => Count,
            };
        }

        return Count;
    }

    private static string? Match(V1PodFailurePolicyRule rule, V1Pod pod)
    {
        var name = $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
        if (rule.OnExitCodes is { } codes)
        {
            var statuses = (pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.InitContainerStatuses ?? []);
            foreach (var status in statuses.Where(status => codes.ContainerName is null || status.Name == codes.ContainerName))
            {
                // Exit code 0 never matches: the container did not fail.
                if (status.State?.Terminated is { ExitCode: { } code and not 0 }
                    && (codes.Values ?? []).Contains(code) == (codes.Operator == "In"))
                {
                    return $"Container {status.Name} for pod {name} failed with exit code {code}";
                }
            }

            return null;
        }

        foreach (var wanted in rule.OnPodConditions ?? [])
        {
            if (pod.Status?.Conditions?.Any(condition => condition.Type == wanted.Type && condition.Status == (wanted.Status ?? "True")) == true)
            {
                return $"Pod {name} has condition {wanted.Type}";
            }
        }

        return null;
    }
}
