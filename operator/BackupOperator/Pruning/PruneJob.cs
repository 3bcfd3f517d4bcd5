using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using BackupOperator.Core.Naming;
using BackupOperator.Jobs;
using BackupOperator.Runs;
using BackupOperator.Targets;

namespace BackupOperator.Pruning;

/// <summary>
/// The Job that deletes backups: one at a time for a database and a storage, by its name. It is the record of what it was
/// asked to do, has no rights to the API and mounts nothing of the database. Pure.
/// </summary>
internal static class PruneJob
{
    /// <summary>An annotation: what it has reached is written down.</summary>
    public const string Settled = "mysqlbackup.io/settled";

    /// <summary>A label: tells it from whatever else may have its name.</summary>
    public const string Label = "mysqlbackup.io/prune";

    /// <summary>A termination message has room for what became of so many.</summary>
    public const int MostBackups = 20;

    private static readonly TimeSpan LeastTtl = TimeSpan.FromMinutes(10);

    public static string NameOf(MySqlBackup backup) => RunNames.PruneJob(
        backup.Spec.Target.StatefulSet,
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{backup.Spec.Target.StatefulSet}|{StorageMapper.Identity(backup.Spec.Storage)}"))));

    /// <summary>Those of the backups that one Job can reach in the same way: the same storages and Secrets, as the same user.</summary>
    public static IReadOnlyList<MySqlBackup> Batch(IReadOnlyList<MySqlBackup> ready) => ready.Count == 0
        ? []
        : [.. ready.Where(b => WayTo(b) == WayTo(ready[0])).Take(MostBackups)];

    /// <param name="batch">What is to be deleted; the first one speaks for all.</param>
    /// <param name="together">All backups of the namespace: what they use is left alone.</param>
    public static V1Job Build(IReadOnlyList<MySqlBackup> batch, IEnumerable<MySqlBackup> together, ResolvedTarget? target, string image, TimeSpan ttl)
    {
        var (first, name) = (batch[0], NameOf(batch[0]));
        var stores = new RunStores { First = first.Spec.Storage, Copies = CopyStore.Of(first.Spec) };
        var run = RunSpecFactory.Build(first, JobPurpose.Prune, target, stores, "") with
        {
            Prune = new RunPrune
            {
                Backups = [.. batch.Select(b => Asked(b))],
                Sweep = PathTemplate.PrefixOf(first.Spec.Naming.PathTemplate, first.Metadata.Namespace!, first.Spec.Target.StatefulSet) is { } prefix
                    ? new RunSweep(prefix, InUse([.. together]))
                    : null,
            },
        };
        var user = first.Status.Target?.User ?? SidecarUser.Choose(target, null, first.Spec.Job);
        var job = JobTemplate.Build(new JobInput(first, JobPurpose.Prune, name, name, run, target, stores, Node: null, user, image));

        // It outlives the resources that it is for, and its pods are none of theirs.
        job.Metadata.OwnerReferences = null;
        foreach (var labels in new[] { job.Metadata.Labels!, job.Spec!.Template!.Metadata!.Labels! })
        {
            labels[RunLabels.Run] = name;
            labels[Label] = "true";
        }

        job.Spec.Template.Spec!.AutomountServiceAccountToken = false;
        job.Spec.TtlSecondsAfterFinished = (int)(ttl > LeastTtl ? ttl : LeastTtl).TotalSeconds;
        return job;
    }

    /// <summary>Only the cloud's identity hangs on it; there is no Role.</summary>
    public static V1ServiceAccount Account(MySqlBackup backup)
    {
        var account = AccessTemplate.Account(backup, NameOf(backup));
        account.Metadata.OwnerReferences = null;
        account.Metadata.Labels![RunLabels.Run] = NameOf(backup);
        account.Metadata.Labels![Label] = "true";
        return account;
    }

    /// <summary>What a Job was asked to delete; null where it is none of ours.</summary>
    public static RunPrune? Read(V1Job job)
    {
        if (job.Label(Label) is null || job.Label(RunLabels.ManagedBy) != RunLabels.Operator)
        {
            return null;
        }

        try
        {
            return job.Spec?.Template?.Spec?.Containers?[0].Env?.Find(e => e.Name == RunSpec.EnvironmentVariable)?.Value is { } text ? RunSpec.Parse(text).Prune : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The backups that a Job deletes, for the watch.</summary>
    public static IEnumerable<NamespacedName> Of(V1Job job) =>
        Read(job)?.Backups.Select(b => new NamespacedName(job.Metadata.Namespace ?? "", b.Name)) ?? [];

    // With what they build on: a copy that is being made counts on the packs of those that are there already.
    private static IReadOnlyList<string> InUse(IReadOnlyCollection<MySqlBackup> backups)
    {
        var byId = backups.Where(b => b.Status is { BackupId: not null, Path: not null }).DistinctBy(b => b.Status.BackupId).ToDictionary(b => b.Status.BackupId!, StringComparer.Ordinal);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var busy in backups.Where(IsInUse))
        {
            for (var at = busy; at is not null && paths.Add(at.Status.Path!); at = at.Status.Parent is { } parent ? byId.GetValueOrDefault(parent) : null)
            {
            }
        }

        return [.. paths.Order(StringComparer.Ordinal)];
    }

    private static RunPruned Asked(MySqlBackup backup) => new(
        backup.Metadata.Name!, backup.Metadata.Uid!, backup.Status.BackupId!, backup.Status.Path!, backup.Status.ManifestDigest,
        Unfinished: backup.Status.Pruning?.LeftoversOnly == true && backup.Metadata.DeletionTimestamp is null);

    private static bool IsInUse(MySqlBackup backup) =>
        backup.Status.Path is not null && (!RunLookup.StageOf(backup).IsOver() || Backups.CopyStatuses.AreOpen(backup));

    private static string WayTo(MySqlBackup backup) => JsonSerializer.Serialize(
        new object?[] { backup.Spec.Storage, backup.Spec.Copies, backup.Status.Target?.User?.Uid, backup.Status.Target?.User?.Gid }, Kubernetes.Serialization.KubernetesJson.Options);
}
