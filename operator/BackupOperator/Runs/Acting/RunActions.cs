using System.Net;
using System.Text.Json.Nodes;
using BackupOperator.Backups;
using BackupOperator.Core.Naming;
using BackupOperator.Jobs;
using BackupOperator.Options;
using BackupOperator.Targets;

namespace BackupOperator.Runs;

/// <summary>Carries out what a planner decided. Each action can be repeated: an operator that dies between two of them goes on.</summary>
internal sealed class RunActions(IKubernetesClient client, TargetLease leases, OperatorOptions options)
{
    /// <summary>Carries out the actions in their order; the first error ends the list, and the next reconcile decides anew.</summary>
    public async Task ExecuteAsync<TEntity>(TEntity entity, World world, IRunFlow<TEntity> flow, IReadOnlyList<RunAction> actions, CancellationToken cancellationToken)
        where TEntity : class, IRunEntity
    {
        foreach (var action in actions)
        {
            await ExecuteAsync(entity, world, flow, action, cancellationToken);
        }
    }

    private Task ExecuteAsync<TEntity>(TEntity entity, World world, IRunFlow<TEntity> flow, RunAction action, CancellationToken cancellationToken)
        where TEntity : class, IRunEntity => action switch
        {
            RunAction.AddFinalizer => FinalizerChange.AddAsync<TEntity>(client, entity, RunFinalizer.Name, StartedAs.Annotation, entity.Metadata.Uid!, cancellationToken),
            RunAction.RemoveFinalizer => FinalizerChange.RemoveAsync<TEntity>(client, entity, RunFinalizer.Name, cancellationToken),
            RunAction.TakeLease => leases.TakeAsync(world, cancellationToken),
            RunAction.ReleaseLease => leases.ReleaseAsync(world, cancellationToken),
            RunAction.CreateAccess create => CreateAccessAsync(entity, create.Purpose, cancellationToken),
            RunAction.DeleteAccess delete => DeleteAccessAsync(entity, delete.Purpose, cancellationToken),
            RunAction.CreateJob create => CreateJobAsync(entity, world, flow, create.Purpose, cancellationToken),
            RunAction.DeleteJob delete => client.DeleteAsync<V1Job>(
                JobName(entity, delete.Purpose), entity.Metadata.Namespace,
                new DeleteRequest(delete.LeavePods ? DeletionPropagation.Background : DeletionPropagation.Foreground, Uid: delete.Uid), cancellationToken),
            RunAction.StopTarget stop => TargetMark.StopAsync(client, entity, world.StatefulSet!, stop.Stop, cancellationToken),
            RunAction.RestoreMark mark => TargetMark.RestoreAsync(client, entity, world.StatefulSet!, mark.Swapping, cancellationToken),
            RunAction.ExpireJob expire => ExpireJobAsync(entity, expire.Purpose, cancellationToken),
            _ => throw new InvalidOperationException($"unknown action {action}"),
        };

    public static string JobName(IRunEntity entity, JobPurpose purpose)
    {
        var (name, uid) = (entity.Metadata.Name!, entity.Metadata.Uid!);
        return purpose switch
        {
            JobPurpose.RollBack => RunNames.RollBackJob(name, uid),
            JobPurpose.Preflight => RunNames.PreflightJob(name, uid),
            JobPurpose.RemovePrevious => RunNames.RemovePreviousJob(name, uid),
            JobPurpose.Copy => RunNames.CopyJob(name, uid, CopyStatuses.NextAttempt((MySqlBackup)entity)),
            _ => RunNames.Job(name, uid),
        };
    }

    /// <summary>The name of ServiceAccount, Role and RoleBinding.</summary>
    public static string AccessName(IRunEntity entity, JobPurpose purpose) => purpose == JobPurpose.Copy
        ? RunNames.CopyAccess(entity.Metadata.Name!, entity.Metadata.Uid!)
        : JobName(entity, JobPurpose.Run);

    private async Task CreateAccessAsync(IRunEntity entity, JobPurpose purpose, CancellationToken cancellationToken)
    {
        var name = AccessName(entity, purpose);
        await CreateOnceAsync(AccessTemplate.Account(entity, name), entity, cancellationToken);
        await CreateOnceAsync(AccessTemplate.Role(entity, name, purpose), entity, cancellationToken);
        await CreateOnceAsync(AccessTemplate.Binding(entity, name), entity, cancellationToken);
    }

    private async Task DeleteAccessAsync(IRunEntity entity, JobPurpose purpose, CancellationToken cancellationToken)
    {
        var name = AccessName(entity, purpose);
        await DeleteOwnAsync<V1RoleBinding>(name, entity, cancellationToken);
        await DeleteOwnAsync<V1Role>(name, entity, cancellationToken);
        await DeleteOwnAsync<V1ServiceAccount>(name, entity, cancellationToken);
    }

    private async Task DeleteOwnAsync<T>(string name, IRunEntity owner, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        if (await client.GetAsync<T>(name, owner.Metadata.Namespace, cancellationToken) is { } existing && existing.IsOwnedBy(owner))
        {
            await client.DeleteAsync<T>(name, owner.Metadata.Namespace, new DeleteRequest(Uid: existing.Metadata.Uid), cancellationToken);
        }
    }

    private async Task CreateJobAsync<TEntity>(TEntity entity, World world, IRunFlow<TEntity> flow, JobPurpose purpose, CancellationToken cancellationToken)
        where TEntity : class, IRunEntity
    {
        var resolution = TargetResolver.Resolve(entity.RunSpec.Target, world.StatefulSet, entity.Metadata.Namespace!, entity.RunStatus.Target?.Ordinal);
        if (resolution.Value is null && purpose != JobPurpose.Copy)
        {
            throw new RejectedException(FailureReason.TargetChanged, resolution.Finding!.Message);
        }

        var stores = flow.StoresFor(entity, purpose);
        var path = purpose is JobPurpose.Run or JobPurpose.Copy or JobPurpose.Preflight ? flow.PathOf(entity) : "";
        var node = purpose == JobPurpose.Copy ? null : world.Node;
        var run = await flow.CompleteAsync(entity, purpose, RunSpecFactory.Build(entity, purpose, resolution.Value, stores, path, node), cancellationToken);
        if (purpose == JobPurpose.Run && entity is MySqlRestore && world.Run.Target is { Mark: { } mark, Replicas: var replicas } && mark.RunUid != entity.Metadata.Uid && mark.IsSpent(replicas))
        {
            run = run with { Target = run.Target with { SpentMark = mark.RunUid } };
        }

        var user = entity.RunStatus.Target?.User ?? SidecarUser.Choose(resolution.Value, world.Pod, entity.RunSpec.Job);
        var input = new JobInput(
            entity, purpose, JobName(entity, purpose), AccessName(entity, purpose), run, resolution.Value, stores, node, user, options.SidecarImage);
        await CreateOnceAsync(JobTemplate.Build(input), entity, cancellationToken);
    }

    private async Task ExpireJobAsync(IRunEntity entity, JobPurpose purpose, CancellationToken cancellationToken)
    {
        try
        {
            await client.PatchAsync<V1Job>(
                JobName(entity, purpose), entity.Metadata.Namespace,
                KubernetesPatch.Merge(new JsonObject
                {
                    ["spec"] = new JsonObject { ["ttlSecondsAfterFinished"] = (int)options.JobTtl.TotalSeconds },
                }),
                cancellationToken: cancellationToken);
        }
        catch (KubernetesApiException e) when (e.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.NotFound)
        {
            // A rule of the cluster is against it. It goes with its resource then, and holds up nobody's finalizer.
        }
    }

    /// <summary>Creates an object, or finds that we have created it before.</summary>
    /// <exception cref="RejectedException">The name belongs to someone else, or the API server finds the object invalid.</exception>
    /// <exception cref="RefusedException">A rule of the cluster is against it.</exception>
    private async Task CreateOnceAsync<T>(T entity, IRunEntity owner, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        try
        {
            await client.CreateAsync(entity, cancellationToken);
        }
        catch (KubernetesApiException e) when (e.IsAlreadyExists)
        {
            var existing = await client.GetAsync<T>(entity.Metadata.Name!, entity.Metadata.Namespace, cancellationToken);
            if (existing is not null && !existing.IsOwnedBy(owner))
            {
                throw new RejectedException(
                    FailureReason.NameConflict,
                    $"{entity.Kind} {entity.Metadata.Namespace}/{entity.Metadata.Name} exists and does not belong to {owner.Kind} {owner.Metadata.Name}; delete or rename it");
            }
        }
        catch (KubernetesApiException e) when (e.StatusCode == HttpStatusCode.UnprocessableEntity)
        {
            throw new RejectedException(FailureReason.InvalidSpec, $"{entity.Kind} {entity.Metadata.Name} is refused; mend spec.job: {e.Message}");
        }
        catch (KubernetesApiException e) when (e.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest or HttpStatusCode.InternalServerError)
        {
            // A webhook that cannot be called is an internal error.
            throw new RefusedException($"The API server refuses {entity.Kind} {entity.Metadata.Name}: {e.Message}", e);
        }
    }
}
