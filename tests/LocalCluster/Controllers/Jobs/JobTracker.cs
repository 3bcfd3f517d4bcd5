namespace BackupOperator.LocalCluster.Controllers.Jobs;

/// <summary>What the controller remembers of Jobs between passes.</summary>
internal sealed class JobTracker
{
    private readonly Dictionary<NamespacedName, JobMemory> memories = [];

    public JobMemory Of(V1Job job)
    {
        var key = NamespacedName.Of(job);
        if (!memories.TryGetValue(key, out var memory) || memory.Uid != job.Metadata.Uid)
        {
            memories[key] = memory = new JobMemory(job.Metadata.Uid!);
        }

        return memory;
    }

    public void Forget(NamespacedName key) => memories.Remove(key);
}

/// <summary>The memory of one Job.</summary>
internal sealed class JobMemory(string uid)
{
    public string Uid { get; } = uid;

    /// <summary>Pods that are in the counters; their finalizer may still be on its way off.</summary>
    public HashSet<string> Counted { get; } = [];

    /// <summary>Failures since the last success, for the back-off.</summary>
    public int FailuresInARow { get; set; }

    public DateTimeOffset? LastFailure { get; set; }
}
