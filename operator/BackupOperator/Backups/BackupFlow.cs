using BackupOperator.Core.Backups;
using BackupOperator.Core.Durations;
using BackupOperator.Core.Naming;
using BackupOperator.Core.Queueing;
using BackupOperator.Pruning;
using BackupOperator.Runs;
using BackupOperator.Targets;

namespace BackupOperator.Backups;

/// <summary>What is special about backups.</summary>
internal sealed class BackupFlow(ClaimChecks claims, IServerProbe server, IKubernetesClient client, CopyTurns turns, TimeProvider time) : IRunFlow<MySqlBackup>
{
    public RunStage StageOf(MySqlBackup entity) => BackupPhases.StageOf(entity.Status.Phase);

    public async Task<Resolution<RunPlan>> PlanAsync(MySqlBackup entity, V1StatefulSet? set, CancellationToken cancellationToken)
    {
        var (target, finding) = await TargetAsync(entity, set, cancellationToken);
        if (target is null)
        {
            return finding!;
        }

        var (usable, missing) = await claims.CheckAsync(entity.Metadata.Namespace!, target, NamedStorage.Of(entity.Spec), cancellationToken);
        if (usable is null)
        {
            return missing!;
        }

        var (chosen, unfit) = ScopeChooser.Settle(entity.Spec, usable, set);
        if (chosen is null)
        {
            return unfit!;
        }

        try
        {
            return new RunPlan(chosen, PathTemplate.Expand(entity.Spec.Naming.PathTemplate, await ValuesAsync(entity, chosen, cancellationToken)));
        }
        catch (FormatException e)
        {
            return new SpecFinding(FailureReason.InvalidSpec, e.Message + "; mend spec.naming.pathTemplate", Final: true);
        }
    }

    private async Task<Resolution<ResolvedTarget>> TargetAsync(MySqlBackup entity, V1StatefulSet? set, CancellationToken cancellationToken)
    {
        var @namespace = entity.Metadata.Namespace!;
        if (set is null || entity.Spec.Cold.Scope == ColdScope.AllReplicas)
        {
            return TargetResolver.Resolve(entity.Spec.Target, set, @namespace);
        }

        var last = await client.GetAsync<V1Pod>(ScopeChooser.NameOfLast(set), @namespace, cancellationToken);
        var (choice, impossible) = ScopeChooser.Choose(entity.Spec, set, last);
        if (choice is null)
        {
            return impossible!;
        }

        var ordinal = choice.Scope == ColdScope.LastReplica ? ScopeChooser.LastOrdinal(set) : (int?)null;
        var (target, finding) = TargetResolver.Resolve(entity.Spec.Target, set, @namespace, ordinal);
        return target is null ? finding! : target with { Scope = choice };
    }

    public RunVerdict<MySqlBackup> Decide(MySqlBackup entity, World world, DateTimeOffset now)
    {
        var observation = new BackupObservation(world.Run, entity.Status.Phase)
        {
            Copies = CopyStatuses.Observe(entity, world) with { Turn = IsDue(entity, world, now) ? turns.Ask(entity, now) : Admission.Free },
        };
        var decision = BackupPlanner.Decide(observation, now);
        return new RunVerdict<MySqlBackup>(decision.Run, decision.Phase.ToString(), e => e.Status.Phase = decision.Phase)
        {
            Record = decision.Copies is { } copies ? e => e.Status.Copies = CopyStatuses.Write(copies)
                : decision.Phase is BackupPhase.Failed or BackupPhase.Cancelled && !world.Run.Stage.IsOver() ? e => Leftovers.Mark(e, now)
                : null,
        };
    }

    // Who asks takes the turn: only who would begin with the next write.
    private static bool IsDue(MySqlBackup entity, World world, DateTimeOffset now) =>
        CopyStatuses.AreOpen(entity) && entity.Status.Copies is { Count: > 0 } && world.CopyJob is null
        && world.Run is { HasFinalizer: false, Deleting: false, CancelRequested: false }
        && world.CopyAttempt == CopyStatuses.NextAttempt(entity) && !(CopyStatuses.Due(entity) > now);

    public void SetPending(MySqlBackup entity) => entity.Status.Phase = BackupPhase.Pending;

    public void Record(MySqlBackup entity, RunPlan plan)
    {
        entity.Status.Path = plan.Path;
        entity.Status.BackupId = entity.Metadata.Uid;
    }

    public void Describe(MySqlBackup entity)
    {
        if (entity.Status.Report?.Backup is { } result)
        {
            BackupStatusMapper.Write(entity.Status, result);
        }
    }

    public string PathOf(MySqlBackup entity) => entity.Status.Path ?? throw new InvalidOperationException("the path of the backup is not recorded");

    public TimeSpan? After(MySqlBackup entity) => CopyStatuses.AreOpen(entity) ? TimeSpan.FromSeconds(1) : null;

    public RunStores StoresFor(MySqlBackup entity, JobPurpose purpose) => Stores(entity, purpose);

    /// <summary>Another attempt at copies has to do only with those that are not complete.</summary>
    public static RunStores Stores(MySqlBackup entity, JobPurpose purpose) => new()
    {
        First = entity.Spec.Storage,
        Copies = purpose == JobPurpose.Copy ? CopyStatuses.Incomplete(entity) : CopyStore.Of(entity.Spec),
        Encryption = entity.Spec.Encryption,
    };

    public async Task<RunSpec> CompleteAsync(MySqlBackup entity, JobPurpose purpose, RunSpec run, CancellationToken cancellationToken) => purpose == JobPurpose.Copy ? run : run with
    {
        Backup = new RunBackup
        {
            BackupId = entity.Metadata.Uid!,
            Type = entity.Spec.Type.ToString(),
            Schedule = entity.Label(ScheduleMetadata.Schedule),
            Parents = await ParentsAsync(entity, cancellationToken),
            ReplicaLag = entity.Spec.Preconditions?.MaxReplicaLagSeconds is { } seconds
                ? new RunLagLimit(TimeSpan.FromSeconds(seconds), DurationText.Parse(entity.Spec.Timeouts.Preparing) / 2)
                : null,
            Precopy = entity.Spec.Cold.Precopy,
            Compression = entity.Spec.Compression.Algorithm == CompressionAlgorithm.Zstd ? "zstd" : "none",
            Level = entity.Spec.Compression.Level,
            Verification = entity.Spec.Verification.Level.ToString(),
        },
    };

    public IEnumerable<RunNews> News(MySqlBackup before, MySqlBackup after) => BackupNews.Of(before, after);

    // Not from the watch, which may be behind: what was chosen to be deleted before this backup began must be seen.
    private async Task<IReadOnlyList<RunParent>> ParentsAsync(MySqlBackup entity, CancellationToken cancellationToken) => entity.Spec.Type == BackupType.Full
        ? []
        : BackupCatalogue.ParentsOf(entity, (await client.ListAsync<MySqlBackup>(entity.Metadata.Namespace, cancellationToken: cancellationToken)).Items);

    private async Task<PathValues> ValuesAsync(MySqlBackup entity, ResolvedTarget target, CancellationToken cancellationToken)
    {
        var version = "unknown";
        if (entity.Spec.Naming.PathTemplate.Contains("{server}", StringComparison.Ordinal)
            && await client.GetAsync<V1Pod>(target.Pod, entity.Metadata.Namespace, cancellationToken) is { } pod)
        {
            version = await server.VersionAsync(pod, entity.Spec.Target.Connection?.Port ?? 3306, cancellationToken) ?? version;
        }

        return new PathValues(
            entity.Metadata.Namespace!, entity.Metadata.Name!, entity.Spec.Target.StatefulSet, entity.Spec.Type.ToString(),
            entity.Metadata.Uid!, version, time.GetUtcNow())
        {
            Schedule = entity.Label(ScheduleMetadata.Schedule) is { Length: > 0 } schedule ? schedule : PathValues.NoSchedule,
        };
    }
}
