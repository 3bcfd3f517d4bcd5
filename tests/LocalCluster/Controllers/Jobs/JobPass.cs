using BackupOperator.LocalCluster.Controllers.Runtime;

namespace BackupOperator.LocalCluster.Controllers.Jobs;

/// <summary>One look at a Job and its pods: count what ended, decide, create or stop pods, write the status.</summary>
internal sealed class JobPass(
    IKubernetesClient client,
    EventRecorder events,
    TimeProvider time,
    JobControllerOptions options,
    JobMemory memory,
    V1Job job,
    List<V1Pod> pods)
{
    private const string Component = "job-controller";

    // Times are told in whole seconds, like the API does.
    private readonly DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
    private readonly V1JobSpec spec = job.Spec!;
    private readonly V1JobStatus status = KubernetesJson.FromNode<V1JobStatus>(KubernetesJson.ToNode(job.Status ?? new V1JobStatus()))!;
    private readonly List<V1Pod> counted = [];

    /// <returns>When to look again without a change; null for never.</returns>
    public async Task<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        var suspended = spec.Suspend == true;
        if (!suspended)
        {
            status.StartTime ??= now;
        }

        CountEnded();
        DecideEnd();
        var active = pods.Where(IsActive).ToList();
        var terminating = pods.Count(pod => pod.IsTerminating() && !JobPods.HasEnded(pod));
        TimeSpan? again = null;
        if (Ending is not null || suspended)
        {
            foreach (var pod in active)
            {
                await DeleteAsync(pod, cancellationToken);
            }

            terminating += active.Count;
            active = [];
        }
        else
        {
            again = await CreateAsync(active, cancellationToken);
        }

        Suspend(suspended);
        status.Active = active.Count;
        status.Ready = active.Count(pod => pod.IsReady());
        status.Terminating = pods.Count(pod => pod.IsTerminating() && !JobPods.HasEnded(pod));
        Finish();
        await WriteStatusAsync(cancellationToken);

        // Only when the counters are written may the pods go.
        foreach (var pod in pods.Where(pod => JobPods.IsTracked(pod) && memory.Counted.Contains(pod.Metadata.Uid!)))
        {
            await ReleaseAsync(client, pod, cancellationToken);
        }

        if (JobStatus.IsFinished(new V1Job { Status = status }))
        {
            var end = status.Conditions!.First(condition => condition.Type is JobStatus.Complete or JobStatus.Failed);
            await events.RecordAsync(
                job, end.Type == JobStatus.Failed ? "Warning" : "Normal", end.Type == JobStatus.Failed ? end.Reason! : "Completed",
                end.Type == JobStatus.Failed ? end.Message! : "Job completed", Component, cancellationToken);
            return spec.TtlSecondsAfterFinished is { } ttl ? TimeSpan.FromSeconds(ttl) : null;
        }

        return Earlier(again, UntilDeadline());
    }

    /// <summary>The condition that says how the Job will end, when its last pods are gone.</summary>
    private V1Condition? Ending => JobStatus.Find(status, JobStatus.FailureTarget) ?? JobStatus.Find(status, JobStatus.SuccessCriteriaMet);

    private bool IsActive(V1Pod pod) => !pod.IsFinished() && !pod.IsTerminating();

    public static Task ReleaseAsync(IKubernetesClient client, V1Pod pod, CancellationToken cancellationToken)
    {
        var finalizers = new JsonArray([.. pod.Metadata.Finalizers!.Where(name => name != JobPods.TrackingFinalizer).Select(name => (JsonNode)name)]);
        return ReleaseAsync();

        async Task ReleaseAsync()
        {
            try
            {
                await client.PatchAsync<V1Pod>(
                    pod.Metadata.Name!,
                    pod.Metadata.Namespace,
                    KubernetesPatch.Merge(new JsonObject
                    {
                        ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid, ["finalizers"] = finalizers },
                    }),
                    cancellationToken: cancellationToken);
            }
            catch (KubernetesApiException error) when (error.IsNotFound)
            {
                // It went by itself.
            }
        }
    }

    private void CountEnded()
    {
        foreach (var pod in pods.Where(pod => JobPods.IsTracked(pod) && !memory.Counted.Contains(pod.Metadata.Uid!)))
        {
            if (pod.Status?.Phase == "Succeeded")
            {
                status.Succeeded = (status.Succeeded ?? 0) + 1;
                memory.FailuresInARow = 0;
                memory.LastFailure = null;
            }
            else if (JobPods.HasFailed(job, pod))
            {
                CountFailed(pod);
            }
            else
            {
                continue;
            }

            memory.Counted.Add(pod.Metadata.Uid!);
            counted.Add(pod);
        }
    }

    private void CountFailed(V1Pod pod)
    {
        var verdict = Ending is null && spec.Suspend != true ? PodFailureVerdict.Of(job, pod) : new PodFailureVerdict(Ending is not null, null);
        if (verdict.FailJobMessage is { } message)
        {
            JobStatus.Set(status, JobStatus.FailureTarget, true, "PodFailurePolicy", message, now);
        }

        if (verdict.Counts)
        {
            status.Failed = (status.Failed ?? 0) + 1;
        }

        memory.FailuresInARow++;
        memory.LastFailure = time.GetUtcNow();
    }

    private void DecideEnd()
    {
        if (Ending is not null)
        {
            return;
        }

        if ((status.Failed ?? 0) > (spec.BackoffLimit ?? 6))
        {
            JobStatus.Set(status, JobStatus.FailureTarget, true, "BackoffLimitExceeded", "Job has reached the specified backoff limit", now);
        }
        else if (spec.Suspend != true && spec.ActiveDeadlineSeconds is { } deadline && status.StartTime is { } start && now - start >= TimeSpan.FromSeconds(deadline))
        {
            JobStatus.Set(status, JobStatus.FailureTarget, true, "DeadlineExceeded", "Job was active longer than specified deadline", now);
        }
        else if (spec.Completions is { } wanted
            ? (status.Succeeded ?? 0) >= wanted
            : (status.Succeeded ?? 0) > 0 && !pods.Exists(IsActive))
        {
            JobStatus.Set(status, JobStatus.SuccessCriteriaMet, true, "CompletionsReached", "Reached expected number of succeeded pods", now);
        }
    }

    private async Task<TimeSpan?> CreateAsync(List<V1Pod> active, CancellationToken cancellationToken)
    {
        var wanted = spec.Parallelism ?? 1;
        if (spec.Completions is { } completions)
        {
            wanted = Math.Min(wanted, completions - (status.Succeeded ?? 0));
        }
        else if ((status.Succeeded ?? 0) > 0)
        {
            wanted = active.Count;
        }

        foreach (var pod in active.Skip(Math.Max(wanted, 0)).ToList())
        {
            await DeleteAsync(pod, cancellationToken);
            active.Remove(pod);
        }

        var busy = active.Count + (JobPods.ReplacesOnlyFailed(job) ? pods.Count(pod => pod.IsTerminating() && !JobPods.HasEnded(pod)) : 0);
        if (busy >= wanted)
        {
            return null;
        }

        var pause = Backoff();
        if (pause > TimeSpan.Zero)
        {
            return pause;
        }

        for (; busy < wanted; busy++)
        {
            var pod = await client.CreateAsync(JobPods.Pod(job), cancellationToken);
            active.Add(pod);
            await events.RecordAsync(job, "Normal", "SuccessfulCreate", $"Created pod: {pod.Metadata.Name}", Component, cancellationToken);
        }

        return null;
    }

    /// <summary>How long the next pod has to wait for the failures before it.</summary>
    private TimeSpan Backoff()
    {
        if (memory.LastFailure is not { } last)
        {
            return TimeSpan.Zero;
        }

        var pause = options.BackoffFirst * Math.Pow(2, Math.Min(memory.FailuresInARow - 1, 20));
        return last + (pause < options.BackoffMost ? pause : options.BackoffMost) - time.GetUtcNow();
    }

    private void Suspend(bool suspended)
    {
        if (suspended && !JobStatus.Is(status, JobStatus.Suspended))
        {
            JobStatus.Set(status, JobStatus.Suspended, true, "JobSuspended", "Job suspended", now);
            status.StartTime = null;
        }
        else if (!suspended && JobStatus.Is(status, JobStatus.Suspended))
        {
            JobStatus.Set(status, JobStatus.Suspended, false, "JobResumed", "Job resumed", now);
            status.StartTime = now;
        }
    }

    private void Finish()
    {
        if (Ending is not { } ending || pods.Exists(pod => !JobPods.HasEnded(pod)))
        {
            return;
        }

        var failed = ending.Type == JobStatus.FailureTarget;
        JobStatus.Set(status, failed ? JobStatus.Failed : JobStatus.Complete, true, ending.Reason!, ending.Message!, now);
        if (!failed)
        {
            status.CompletionTime = now;
        }
    }

    private TimeSpan? UntilDeadline() =>
        spec.ActiveDeadlineSeconds is { } deadline && status.StartTime is { } start && spec.Suspend != true
            ? start.AddSeconds(deadline) - time.GetUtcNow() + TimeSpan.FromMilliseconds(10)
            : null;

    private async Task DeleteAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        await client.DeleteAsync<V1Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, new DeleteRequest(Uid: pod.Metadata.Uid), cancellationToken);
        await events.RecordAsync(job, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}", Component, cancellationToken);
    }

    private async Task WriteStatusAsync(CancellationToken cancellationToken)
    {
        var body = KubernetesJson.ToNode(status);
        if (job.Status is not null && JsonNode.DeepEquals(body, KubernetesJson.ToNode(job.Status)))
        {
            return;
        }

        if (status.StartTime is null)
        {
            body["startTime"] = null;
        }

        try
        {
            await client.PatchAsync<V1Job>(
                job.Metadata.Name!,
                job.Metadata.Namespace,
                KubernetesPatch.Merge(new JsonObject
                {
                    ["metadata"] = new JsonObject { ["uid"] = job.Metadata.Uid, ["resourceVersion"] = job.Metadata.ResourceVersion },
                    ["status"] = body,
                }),
                "status",
                cancellationToken);
        }
        catch
        {
            // What was counted is not written: count it again.
            foreach (var pod in counted)
            {
                memory.Counted.Remove(pod.Metadata.Uid!);
            }

            throw;
        }
    }

    private static TimeSpan? Earlier(TimeSpan? first, TimeSpan? second) =>
        first is null ? second : second is null || first < second ? first : second;
}
