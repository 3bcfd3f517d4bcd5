using System.Net;
using System.Text.Json.Nodes;
using BackupOperator.Backups;
using BackupOperator.Core.Catalogs;
using BackupOperator.Core.Naming;
using BackupOperator.Jobs;
using BackupOperator.Options;
using BackupOperator.Retention;
using BackupOperator.Runs;
using BackupOperator.Targets;

namespace BackupOperator.Pruning;

/// <summary>
/// Has the data of backups deleted, of one database in one storage at a time. That they are to go was written down before;
/// what is read here is read after that, so that whatever came in between and needs them is seen. A backup that is taken
/// reads in the other order: it writes down that it has begun, and then looks for what it can build on.
/// </summary>
internal sealed class PruneReconciler(IKubernetesClient client, PruneSettlement settlement, OperatorOptions options, TimeProvider time)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(15);

    /// <summary>How long a deletion waits for what builds on it to go too.</summary>
    private static readonly TimeSpan NeededPatience = TimeSpan.FromMinutes(10);

    public async Task<TimeSpan?> ReconcileAsync(MySqlBackup backup, CancellationToken cancellationToken)
    {
        var (@namespace, name) = (backup.Metadata.Namespace!, PruneJob.NameOf(backup));
        var job = await client.GetAsync<V1Job>(name, @namespace, cancellationToken);
        if (job is not null && PruneJob.Read(job) is null)
        {
            await settlement.LeftAsync(backup, $"Job {name} is none of this operator's, and its name is needed; delete or rename it", untouched: false, job: null, cancellationToken);
            return Later;
        }

        if (job is not null && JobReader.Read(job, "")!.Outcome == JobOutcome.Active)
        {
            return Soon;
        }

        if (job is { Metadata.DeletionTimestamp: null } && job.Annotation(PruneJob.Settled) is null)
        {
            await SettleAsync(job, backup, cancellationToken);
            return TimeSpan.FromMilliseconds(100);
        }

        var all = (await client.ListAsync<MySqlBackup>(@namespace, cancellationToken: cancellationToken)).Items;
        var restores = (await client.ListAsync<MySqlRestore>(@namespace, cancellationToken: cancellationToken)).Items;
        var together = all.Where(b => GoodBackups.AreTogether(b, @namespace, backup.Spec.Target.StatefulSet, backup.Spec.Storage)).ToList();
        if (GoodBackups.Building(together) is not null)
        {
            return Later;
        }

        var now = time.GetUtcNow();
        var choice = PruneChoice.Of(together, restores, now);
        if (together.Find(b => b.Metadata.Uid == backup.Metadata.Uid) is { } fresh && choice.Needed.TryGetValue(fresh.Metadata.Uid!, out var heir))
        {
            return await NeededAsync(fresh, heir, now, cancellationToken);
        }

        // A retention marks one after the other: one Job for all of them.
        if (choice.Ready.Any(b => now - b.Status.Pruning?.Since < Gathering))
        {
            return Gathering;
        }

        var batch = PruneJob.Batch(choice.Ready);
        if (batch.Count == 0)
        {
            return Later;
        }

        if (await IsBeingReadAsync(batch[0], cancellationToken))
        {
            return Later;
        }

        if (await EndsCopiesAsync(batch, cancellationToken))
        {
            return Soon;
        }

        if (job is not null)
        {
            // Its name is needed.
            await client.DeleteAsync<V1Job>(name, @namespace, new DeleteRequest(DeletionPropagation.Foreground, Uid: job.Metadata.Uid), cancellationToken);
            return TimeSpan.FromSeconds(1);
        }

        return await CreateAsync(backup, batch, all, cancellationToken);
    }

    private async Task<TimeSpan?> CreateAsync(MySqlBackup backup, IReadOnlyList<MySqlBackup> batch, IReadOnlyList<MySqlBackup> all, CancellationToken cancellationToken)
    {
        var first = batch[0];
        var set = await client.GetAsync<V1StatefulSet>(first.Spec.Target.StatefulSet, first.Metadata.Namespace, cancellationToken);
        var target = TargetResolver.Resolve(first.Spec.Target, set, first.Metadata.Namespace!, first.Status.Target?.Ordinal).Value;
        try
        {
            await OnceAsync(PruneJob.Account(first), cancellationToken);
            await OnceAsync(PruneJob.Build(batch, all, target, options.SidecarImage, options.JobTtl), cancellationToken);
            return Soon;
        }
        catch (KubernetesApiException e) when (e.StatusCode == HttpStatusCode.Forbidden && e.Causes.Any(c => c.Reason == "NamespaceTerminating"))
        {
            // Who deletes a namespace deletes no backups.
            if (backup.Metadata.DeletionTimestamp is not null)
            {
                await settlement.GiveUpAsync(backup, "its namespace is being deleted", cancellationToken);
            }

            return Later;
        }
        catch (KubernetesApiException e) when (e.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest)
        {
            foreach (var left in batch)
            {
                await settlement.LeftAsync(left, $"the Job that would delete it is refused: {e.Message}", untouched: false, job: null, cancellationToken);
            }

            return Later;
        }
    }

    // What an import reads must not go until it is done: it would make a resource of what is no more.
    private async Task<bool> IsBeingReadAsync(MySqlBackup backup, CancellationToken cancellationToken) =>
        (await client.ListAsync<MySqlBackupSchedule>(backup.Metadata.Namespace, cancellationToken: cancellationToken)).Items.Any(s =>
            s.Status.Catalog?.Phase == CatalogPhase.Running
            && GoodBackups.AreTogether(backup, s.Metadata.Namespace, s.Spec.Template.Spec.Target.StatefulSet, s.Spec.Template.Spec.Storage));

    private async Task<TimeSpan?> NeededAsync(MySqlBackup backup, MySqlBackup heir, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (PruneChoice.IsWanted(heir))
        {
            return Later;
        }

        if (backup.Metadata.DeletionTimestamp is not { } since)
        {
            await settlement.WithdrawAsync(backup, cancellationToken);
            return null;
        }

        if (now - since < NeededPatience)
        {
            return Later;
        }

        await settlement.GiveUpAsync(backup, $"MySqlBackup {heir.Metadata.Name} builds on it", cancellationToken);
        return null;
    }

    /// <summary>Nothing may be written to a place that is about to be deleted.</summary>
    /// <returns>Whether something was still at work.</returns>
    private async Task<bool> EndsCopiesAsync(IReadOnlyList<MySqlBackup> batch, CancellationToken cancellationToken)
    {
        var busy = false;
        foreach (var backup in batch.Where(CopyStatuses.AreOpen))
        {
            var name = RunNames.CopyJob(backup.Metadata.Name!, backup.Metadata.Uid!, CopyStatuses.NextAttempt(backup));
            if (await client.GetAsync<V1Job>(name, backup.Metadata.Namespace, cancellationToken) is { } copy
                && copy.IsOwnedBy(backup) && JobReader.Read(copy, backup.Metadata.Uid!)!.Outcome == JobOutcome.Active)
            {
                await client.DeleteAsync<V1Job>(name, backup.Metadata.Namespace, new DeleteRequest(DeletionPropagation.Foreground, Uid: copy.Metadata.Uid), cancellationToken);
                busy = true;
            }
        }

        return busy;
    }

    /// <param name="backup">Any of the same database in the same storage.</param>
    private async Task SettleAsync(V1Job job, MySqlBackup backup, CancellationToken cancellationToken)
    {
        var (@namespace, name) = (job.Metadata.Namespace!, job.Metadata.Name!);
        var asked = PruneJob.Read(job)!.Backups;
        var pods = await client.ListAsync<V1Pod>(@namespace, new ListQuery($"{RunLabels.Run}={name}"), cancellationToken);
        var left = PruneOutcome.Left(job, asked.Count, pods.Items, time.GetUtcNow());
        for (var i = 0; i < asked.Count; i++)
        {
            if (await client.GetAsync<MySqlBackup>(asked[i].Name, @namespace, cancellationToken) is not { } one || one.Metadata.Uid != asked[i].Uid)
            {
                continue;
            }

            await (left.TryGetValue(i, out var problem)
                ? settlement.LeftAsync(one, problem.Problem, problem.Untouched, job.Metadata.Uid, cancellationToken)
                : settlement.GoneAsync(one, cancellationToken));
        }

        await client.DeleteAsync<V1ServiceAccount>(name, @namespace, cancellationToken: cancellationToken);
        if (await MarkSettledAsync(job, cancellationToken))
        {
            settlement.Swept(backup, PruneOutcome.Swept(job, pods.Items));
        }
    }

    /// <returns>False where somebody else was faster, or the Job has changed and is to be looked at again.</returns>
    private async Task<bool> MarkSettledAsync(V1Job job, CancellationToken cancellationToken)
    {
        try
        {
            await client.PatchAsync<V1Job>(
                job.Metadata.Name!, job.Metadata.Namespace,
                KubernetesPatch.Merge(new JsonObject
                {
                    ["metadata"] = new JsonObject
                    {
                        ["uid"] = job.Metadata.Uid,
                        ["resourceVersion"] = job.Metadata.ResourceVersion,
                        ["annotations"] = new JsonObject { [PruneJob.Settled] = "true" },
                    },
                }),
                cancellationToken: cancellationToken);
            return true;
        }
        catch (KubernetesApiException e) when (e.IsConflict)
        {
            return false;
        }
    }

    private async Task OnceAsync<T>(T entity, CancellationToken cancellationToken)
        where T : class, IKubernetesObject
    {
        try
        {
            await client.CreateAsync(entity, cancellationToken);
        }
        catch (KubernetesApiException e) when (e.IsAlreadyExists)
        {
            // Another look at the same storage was faster, or an operator that died.
        }
    }
}
