using BackupOperator.Options;
using BackupOperator.Runs;
using BackupOperator.Targets;

namespace BackupOperator.Catalogs;

/// <summary>Creates and removes the Job of an import, and its rights. Each step can be repeated without harm.</summary>
internal sealed class CatalogActions(IKubernetesClient client, OperatorOptions options)
{
    public async Task CreateJobAsync(MySqlBackupSchedule schedule, CancellationToken cancellationToken)
    {
        var spec = schedule.Spec.Template.Spec;
        var set = await client.GetAsync<V1StatefulSet>(spec.Target.StatefulSet, schedule.Metadata.Namespace, cancellationToken);
        var target = TargetResolver.Resolve(spec.Target, set, schedule.Metadata.Namespace!).Value;
        await OnceAsync(CatalogJob.Account(schedule), cancellationToken);
        await OnceAsync(CatalogJob.Role(schedule), cancellationToken);
        await OnceAsync(CatalogJob.Binding(schedule), cancellationToken);
        await OnceAsync(CatalogJob.Build(schedule, schedule.Status.Catalog!.Session ?? 0, target, options.SidecarImage, options.JobTtl), cancellationToken);
    }

    public Task DeleteJobAsync(MySqlBackupSchedule schedule, string uid, CancellationToken cancellationToken) => client.DeleteAsync<V1Job>(
        CatalogJob.NameOf(schedule), schedule.Metadata.Namespace, new DeleteRequest(DeletionPropagation.Foreground, Uid: uid), cancellationToken);

    public async Task DeleteAccessAsync(MySqlBackupSchedule schedule, CancellationToken cancellationToken)
    {
        await DeleteOwnAsync<V1RoleBinding>(schedule, cancellationToken);
        await DeleteOwnAsync<V1Role>(schedule, cancellationToken);
        await DeleteOwnAsync<V1ServiceAccount>(schedule, cancellationToken);
    }

    private async Task DeleteOwnAsync<T>(MySqlBackupSchedule schedule, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        var name = CatalogJob.NameOf(schedule);
        if (await client.GetAsync<T>(name, schedule.Metadata.Namespace, cancellationToken) is { } found && found.IsOwnedBy(schedule))
        {
            await client.DeleteAsync<T>(name, schedule.Metadata.Namespace, new DeleteRequest(Uid: found.Metadata.Uid), cancellationToken);
        }
    }

    // The name holds the uid of the schedule: what is there is ours.
    private async Task OnceAsync<T>(T entity, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        try
        {
            await client.CreateAsync(entity, cancellationToken);
        }
        catch (KubernetesApiException e) when (e.IsAlreadyExists)
        {
            // By an operator that died.
        }
    }
}
