using BackupOperator.LocalCluster.Controllers.Runtime;

namespace BackupOperator.LocalCluster.Controllers.Jobs;

/// <summary>Runs the pods of Jobs until they succeed or fail for good, as <c>pkg/controller/job</c> of Kubernetes does.</summary>
public sealed class JobController : Controller
{
    private readonly JobControllerOptions options;
    private readonly JobTracker tracker = new();

    public JobController(IKubernetesClient client, TimeProvider time, JobControllerOptions options, ILogger<JobController> log)
        : base(client, time, log)
    {
        this.options = options;
        Watch<V1Job>(job => [NamespacedName.Of(job)]);
        Watch<V1Pod>(pod => ControllerOf(pod, "Job"));
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var job = await Client.GetAsync<V1Job>(key.Name, key.Namespace, cancellationToken);
        if (job is null || job.Metadata.DeletionTimestamp is not null)
        {
            await ReleaseOrphansAsync(key, job, cancellationToken);
            return null;
        }

        if (JobStatus.IsFinished(job))
        {
            return await ExpireAsync(job, cancellationToken);
        }

        var pods = await Client.ListAsync<V1Pod>(key.Namespace, cancellationToken: cancellationToken);
        var mine = pods.Items.Where(pod => pod.ControllerReference()?.Uid == job.Metadata.Uid).ToList();
        return await new JobPass(Client, Events, Time, options, tracker.Of(job), job, mine).RunAsync(cancellationToken);
    }

    /// <summary>Lets go of the pods of a Job that is gone: nobody counts them any more.</summary>
    private async Task ReleaseOrphansAsync(NamespacedName key, V1Job? job, CancellationToken cancellationToken)
    {
        var pods = await Client.ListAsync<V1Pod>(key.Namespace, new ListQuery($"{JobPods.NameLabel}={key.Name}"), cancellationToken);
        foreach (var pod in pods.Items.Where(JobPods.IsTracked))
        {
            if (job is null || pod.IsTerminating())
            {
                await JobPass.ReleaseAsync(Client, pod, cancellationToken);
            }
        }

        tracker.Forget(key);
    }

    private async Task<TimeSpan?> ExpireAsync(V1Job job, CancellationToken cancellationToken)
    {
        if (job.Spec!.TtlSecondsAfterFinished is not { } ttl)
        {
            return null;
        }

        var finished = job.Status!.Conditions!.First(condition => condition.Type is "Complete" or "Failed" && condition.Status == "True");
        var left = finished.LastTransitionTime!.Value.AddSeconds(ttl) - Time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return left;
        }

        await Client.DeleteAsync<V1Job>(
            job.Metadata.Name!,
            job.Metadata.Namespace,
            new DeleteRequest(DeletionPropagation.Foreground, Uid: job.Metadata.Uid),
            cancellationToken);
        return null;
    }
}
