using BackupOperator.Core.Conditions;
using BackupOperator.Core.Durations;
using BackupOperator.Core.Restores;
using BackupOperator.Runs;
using BackupOperator.Statuses;
using BackupOperator.Targets;

namespace BackupOperator.Restores;

/// <summary>What is special about restores.</summary>
internal sealed class RestoreFlow(ClaimChecks claims, SourceResolver sources) : IRunFlow<MySqlRestore>
{
    public RunStage StageOf(MySqlRestore entity) => RestorePhases.StageOf(entity.Status.Phase);

    public async Task<Resolution<RunPlan>> PlanAsync(MySqlRestore entity, V1StatefulSet? set, CancellationToken cancellationToken)
    {
        var (target, finding) = TargetResolver.Resolve(entity.Spec.Target, set, entity.Metadata.Namespace!);
        if (target is null)
        {
            return finding!;
        }

        var (source, unknown) = await sources.ResolveAsync(entity, cancellationToken);
        if (source is null)
        {
            return unknown!;
        }

        var (usable, missing) = await claims.CheckAsync(entity.Metadata.Namespace!, target, [new NamedStorage("storage", source.Storage!)], cancellationToken);
        return usable switch
        {
            null => missing!,
            { ExclusiveClaim: true } => new SpecFinding(
                FailureReason.InvalidSpec,
                $"PersistentVolumeClaim {usable.Claim} is ReadWriteOncePod: a Job cannot restore beside MySQL, nor put the old data back while a server tries to start on the new. "
                + "Restore into a StatefulSet whose claim is ReadWriteOnce, or give this volume a ReadWriteOnce claim first (docs/operations.md)",
                Final: true),
            _ => new RunPlan(usable, source.Path!, source),
        };
    }

    public RunVerdict<MySqlRestore> Decide(MySqlRestore entity, World world, DateTimeOffset now)
    {
        var observation = new RestoreObservation(world.Run, entity.Status.Phase)
        {
            CompletedAt = entity.Status.CompletionTime,
            KeepPrevious = DurationText.ParseCapped(entity.Spec.Safety.KeepPrevious),
            PreviousDataRemoved = PreviousDataRemoved(entity),
            HoldsDeletion = PreviousDataFinalizer.IsOn(entity),
            OthersKeepTheirData = OtherReplicas.Left(entity),
            RemovePreviousJob = world.RemovePreviousJob,
        };
        var (phase, decision) = RestorePlanner.Decide(observation, now);
        return new RunVerdict<MySqlRestore>(decision, phase.ToString(), e => e.Status.Phase = phase);
    }

    public void SetPending(MySqlRestore entity) => entity.Status.Phase = RestorePhase.Pending;

    public void Record(MySqlRestore entity, RunPlan plan) => entity.Status.Source = plan.Source;

    public void Describe(MySqlRestore entity)
    {
        if (entity.Status.Report?.Restore?.PreviousData is { Length: > 0 } folder && !PreviousDataRemoved(entity))
        {
            entity.Status.PreviousData = folder;
            entity.Status.PreviousDataExpiresAt = entity.Status.CompletionTime + DurationText.ParseCapped(entity.Spec.Safety.KeepPrevious);
        }
        else
        {
            entity.Status.PreviousData = null;
            entity.Status.PreviousDataExpiresAt = null;
        }
    }

    public string PathOf(MySqlRestore entity) => entity.Status.Source?.Path ?? throw new InvalidOperationException("the source of the restore is not recorded");

    public TimeSpan? After(MySqlRestore entity) => KeepsPreviousData(entity) ? TimeSpan.FromSeconds(1) : null;

    public RunStores StoresFor(MySqlRestore entity, JobPurpose purpose) => purpose == JobPurpose.Run
        ? new RunStores { First = entity.Status.Source?.Storage, Encryption = entity.Status.Source?.Encryption }
        : RunStores.None;

    public Task<RunSpec> CompleteAsync(MySqlRestore entity, JobPurpose purpose, RunSpec run, CancellationToken cancellationToken) => Task.FromResult(run with
    {
        Restore = new RunRestore
        {
            ManifestDigest = entity.Status.Source?.ManifestDigest,
            KeepPrevious = DurationText.ParseCapped(entity.Spec.Safety.KeepPrevious) > TimeSpan.Zero,
            Delta = entity.Spec.Delta,
        },
    });

    public IEnumerable<RunNews> News(MySqlRestore before, MySqlRestore after) => OtherReplicas.News(before, after);

    /// <summary>Whether the data that the restore has replaced may still be there.</summary>
    public static bool KeepsPreviousData(MySqlRestore entity) =>
        entity.Status.Phase == RestorePhase.Completed
        && entity.Status.Report?.Restore?.PreviousData is { Length: > 0 }
        && !PreviousDataRemoved(entity);

    private static bool PreviousDataRemoved(MySqlRestore entity) =>
        ConditionMapper.Read(entity.Status.Conditions).Find(ConditionType.PreviousDataRemoved)?.Status == ConditionStatus.True;
}
