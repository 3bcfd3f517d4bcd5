using BackupOperator.Backups;
using BackupOperator.Core.Conditions;
using BackupOperator.Core.Durations;
using BackupOperator.Core.Naming;
using BackupOperator.Core.Queueing;
using BackupOperator.Jobs;
using BackupOperator.Options;
using BackupOperator.Statuses;
using BackupOperator.Targets;

namespace BackupOperator.Runs;

/// <summary>
/// Reads the world of a run. The order is what makes a decision safe: Job before pods before StatefulSet before the
/// resource itself, so that whatever a later step depends on was written before it was read.
/// </summary>
internal sealed class RunObserver(IKubernetesClient client, RunLookup lookup, OperatorOptions options, TimeProvider time)
{
    /// <returns>Null where the resource is gone; else the world, and the resource as it was read last.</returns>
    public async Task<(World World, TEntity Entity)?> ObserveAsync<TEntity>(
        TEntity known, IRunFlow<TEntity> flow, CancellationToken cancellationToken)
        where TEntity : class, IRunEntity
    {
        var (name, @namespace, uid) = (known.Metadata.Name!, known.Metadata.Namespace!, known.Metadata.Uid!);
        var target = known.RunSpec.Target;
        var job = await JobAsync(RunNames.Job(name, uid));

        // Also when the run is over, until that has been cleaned up: the Job has to go, too.
        var mayRollBack = known is MySqlRestore && (flow.StageOf(known).IsStarted() || known.Metadata.Finalizers?.Contains(RunFinalizer.Name) == true);
        var rollBack = mayRollBack ? await JobAsync(RunNames.RollBackJob(name, uid)) : null;
        var preflight = known.RunStatus.Target?.ExclusiveClaim == true ? await JobAsync(RunNames.PreflightJob(name, uid)) : null;
        var cleanUp = known is MySqlRestore && flow.StageOf(known) == RunStage.Completed ? await JobAsync(RunNames.RemovePreviousJob(name, uid)) : null;
        var attempt = known is MySqlBackup backup && CopyStatuses.AreOpen(backup) ? CopyStatuses.NextAttempt(backup) : 0;
        var copy = attempt > 0 ? await JobAsync(RunNames.CopyJob(name, uid, attempt)) : null;
        var now = time.GetUtcNow();
        var pods = await client.ListAsync<V1Pod>(@namespace, new ListQuery($"{RunLabels.Run}={uid}"), cancellationToken);
        var set = await client.GetAsync<V1StatefulSet>(target.StatefulSet, @namespace, cancellationToken);
        var lease = await client.GetAsync<V1Lease>(RunNames.Lease(target.StatefulSet), @namespace, cancellationToken);
        var leaseState = await LeaseAsync(lease, @namespace, uid, cancellationToken);

        var entity = await client.GetAsync<TEntity>(name, @namespace, cancellationToken);
        if (entity is null || entity.Metadata.Uid != uid)
        {
            return null;
        }

        var stage = flow.StageOf(entity);
        var planning = !stage.IsOver() && entity.RunStatus.StartTime is null;
        var plan = planning ? await PlanAsync(entity, flow, set, cancellationToken) : null;
        var pod = await DatabasePodAsync(entity, set, plan?.Value, cancellationToken);
        if (plan?.Value is { } possible && ReturnChecks.Find(entity, possible.Target, pod) is { } wait)
        {
            plan = wait;
        }

        var admission = plan is { Finding: null }
            ? Admit(entity)
            : Admission.Free;
        var status = entity.RunStatus;
        var conditions = ConditionMapper.Read(status.Conditions);
        var run = new RunObservation
        {
            Run = RunLookup.IdOf(entity),
            CreatedAt = entity.Metadata.CreationTimestamp ?? now,
            Stage = stage,
            Limits = Limits(entity.RunSpec),
            HasFinalizer = entity.Metadata.Finalizers?.Contains(RunFinalizer.Name) == true,
            LacksStartMark = !StartedAs.Says(entity),
            CancelRequested = entity.RunSpec.Cancel,
            Deleting = entity.Metadata.DeletionTimestamp is not null,
            StartedAt = status.StartTime,
            IntendedTargetUid = status.Target?.StatefulSetUid,
            IntendedReplicas = status.Target?.Replicas,
            ExclusiveClaim = status.Target?.ExclusiveClaim == true,
            Stop = StopMapper.Read(status.Target?.Stop),
            RecordedJobUid = status.Job?.Uid,
            Ending = EndingMapper.Read(status.Ending),
            Revisions = RevisionMapper.Read(status.Revisions),
            ReplacesData = entity is MySqlRestore,
            MayStopAll = entity is MySqlBackup { Spec.Cold.Scope: ColdScope.Auto } && status.Target?.QuiescedReplicas > 0,
            Finding = plan?.Finding,
            FindingSince = conditions.Find(ConditionType.Accepted) is { Status: ConditionStatus.False } refused ? refused.LastTransitionTime : null,
            WasBlocked = RunLookup.IsBlocked(entity),
            Target = set is null ? null : await TargetAsync(set, uid, cancellationToken),
            Lease = leaseState,
            Admission = admission,
            Refusal = Stalls.RefusalOf(conditions),
            Job = await ReadJobAsync(job),
            RollBackJob = await ReadJobAsync(rollBack),
            PreflightJob = await ReadJobAsync(preflight),
            Pods = await Task.WhenAll(pods.Items.Select(p => ReadPodAsync(p, now, cancellationToken))),
            Report = ReportReader.Read(status.Report),
        };
        var world = new World
        {
            Run = run,
            StatefulSet = set,
            Lease = lease,
            Plan = plan?.Value,
            RemovePreviousJob = await AccessLeft.AddAsync(client, await ReadJobAsync(cleanUp), entity, JobPurpose.RemovePrevious, cancellationToken),
            CopyJob = await AccessLeft.AddAsync(client, await ReadJobAsync(copy), entity, JobPurpose.Copy, cancellationToken),
            CopyAttempt = attempt,
            Pod = pod,
        };
        return (world, entity);

        Task<V1Job?> JobAsync(string jobName) => client.GetAsync<V1Job>(jobName, @namespace, cancellationToken);

        Task<JobObservation?> ReadJobAsync(V1Job? read) => JobTroubles.AddAsync(client, read, JobReader.Read(read, uid), pods.Items, now, cancellationToken);
    }

    private static async Task<Resolution<RunPlan>> PlanAsync<TEntity>(TEntity entity, IRunFlow<TEntity> flow, V1StatefulSet? set, CancellationToken cancellationToken)
        where TEntity : class, IRunEntity =>
        (StartedAs.Refuse(entity) ?? SpecDurations.Check(entity)) is { } wrong ? wrong : await flow.PlanAsync(entity, set, cancellationToken);

    private async Task<TargetObservation> TargetAsync(V1StatefulSet set, string uid, CancellationToken cancellationToken)
    {
        var mark = MarkReader.Read(set);
        if (mark is { RunUid.Length: > 0 } && mark.RunUid != uid)
        {
            var run = new RunId(mark.Kind, set.Metadata.Namespace!, mark.Name, mark.RunUid);
            var found = await lookup.FindAsync(run, cancellationToken);
            mark = mark with { RunIsOver = !found.MayBeOpen, RunProblem = found.Problem };
        }

        return new TargetObservation(set.Metadata.Uid ?? "", set.Spec?.Replicas ?? 1, mark) { Name = set.Metadata.Name ?? "" };
    }

    private async Task<LeaseObservation> LeaseAsync(V1Lease? lease, string @namespace, string uid, CancellationToken cancellationToken)
    {
        if (lease?.Spec?.HolderIdentity is not { Length: > 0 } holder)
        {
            return LeaseObservation.Free;
        }

        var run = RunId.ParseHolder(holder, @namespace);
        if (run?.Uid == uid)
        {
            return new LeaseObservation(holder);
        }

        var found = run is null ? FoundRun.None : await lookup.FindAsync(run, cancellationToken);
        return new LeaseObservation(holder, HolderIsOver: !found.MayBeOpen) { HolderProblem = found.Problem };
    }

    private Admission Admit<TEntity>(TEntity entity)
        where TEntity : class, IRunEntity
    {
        var me = RunLookup.Queued(entity);
        var runs = lookup.OpenRuns().Where(r => r.Run.Uid != me.Run.Uid).Append(me).ToList();
        return QueuePolicy.Decide(me.Run, runs, options.MaxConcurrentRuns);
    }

    private async Task<V1Pod?> DatabasePodAsync<TEntity>(TEntity entity, V1StatefulSet? set, RunPlan? plan, CancellationToken cancellationToken)
        where TEntity : class, IRunEntity
    {
        var name = plan?.Target.Pod ?? entity.RunStatus.Target?.Pod;
        return set is null || name is null
            ? null
            : await client.GetAsync<V1Pod>(name, entity.Metadata.Namespace, cancellationToken);
    }

    private async Task<PodObservation> ReadPodAsync(V1Pod pod, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var read = PodReader.Read(pod, now);

        // Why a volume cannot be mounted is told by events only.
        return read.WaitingFor is { } waiting && now - read.CreatedAt > TimeSpan.FromSeconds(10)
            && await Warnings.LastAsync(client, pod, reason: null, cancellationToken) is { } trouble
                ? read with { WaitingFor = $"{waiting}; {trouble}", Finding = SecretTroubles.Find(pod, trouble) }
                : read;
    }

    // Also of a spec that is about to be refused for them.
    private static RunLimits Limits(IRunSpec spec) => new()
    {
        Queued = DurationText.ParseCapped(spec.Timeouts.Queued),
        Preparing = DurationText.ParseCapped(spec.Timeouts.Preparing),
        Resume = DurationText.ParseCapped(spec.Timeouts.Resume),
        Total = DurationText.ParseCapped(spec.Timeouts.Total),
    };
}
