using BackupOperator.Core.Naming;
using BackupOperator.Jobs;
using BackupOperator.Runs;
using BackupOperator.Statuses;
using BackupOperator.Targets;

namespace BackupOperator.Catalogs;

/// <summary>
/// The Job that reads which backups there are in a schedule's storage, one at a time for a schedule. It belongs to the
/// schedule, mounts nothing of the database, and may write one thing: the schedule's status. Pure.
/// </summary>
internal static class CatalogJob
{
    /// <summary>A label: tells its pods from those of runs.</summary>
    public const string Label = "mysqlbackup.io/catalog";

    private static readonly TimeSpan LeastTtl = TimeSpan.FromMinutes(10);

    public static string NameOf(MySqlBackupSchedule schedule) => RunNames.CatalogJob(schedule.Metadata.Name!, schedule.Metadata.Uid!);

    /// <param name="target">Null where the database is not there, as after the loss of a cluster.</param>
    public static V1Job Build(MySqlBackupSchedule schedule, long session, ResolvedTarget? target, string image, TimeSpan ttl)
    {
        var (owner, name) = (Backup(schedule), NameOf(schedule));
        var stores = new RunStores { First = owner.Spec.Storage };
        var run = RunSpecFactory.Build(owner, JobPurpose.Catalog, target, stores, "") with
        {
            ResourceKind = schedule.Kind!,
            Catalog = new RunCatalog(session, PathTemplate.PrefixOf(owner.Spec.Naming.PathTemplate, owner.Metadata.Namespace!, owner.Spec.Target.StatefulSet)),
        };
        var user = SidecarUser.Choose(target, null, owner.Spec.Job);
        var job = Own(JobTemplate.Build(new JobInput(owner, JobPurpose.Catalog, name, name, run, target, stores, Node: null, user, image)), schedule);
        Mark(job.Spec!.Template!.Metadata!.Labels!, schedule);
        job.Spec.TtlSecondsAfterFinished = (int)(ttl > LeastTtl ? ttl : LeastTtl).TotalSeconds;
        return job;
    }

    public static V1ServiceAccount Account(MySqlBackupSchedule schedule) => Own(AccessTemplate.Account(Backup(schedule), NameOf(schedule)), schedule);

    public static V1RoleBinding Binding(MySqlBackupSchedule schedule) => Own(AccessTemplate.Binding(Backup(schedule), NameOf(schedule)), schedule);

    public static V1Role Role(MySqlBackupSchedule schedule)
    {
        var role = Own(AccessTemplate.Role(Backup(schedule), NameOf(schedule), JobPurpose.Copy), schedule);
        role.Rules = [Rule("mysqlbackupschedules", "get"), Rule("mysqlbackupschedules/status", "get", "patch")];
        return role;

        V1PolicyRule Rule(string resource, params string[] verbs) =>
            new() { ApiGroups = [ApiGroup.Name], Resources = [resource], ResourceNames = [schedule.Metadata.Name!], Verbs = [.. verbs] };
    }

    // A backup as the schedule would take it: its storage, and how its Job is to look.
    private static MySqlBackup Backup(MySqlBackupSchedule schedule) => new()
    {
        Metadata = new V1ObjectMeta { Name = schedule.Metadata.Name, Namespace = schedule.Metadata.Namespace, Uid = schedule.Metadata.Uid },
        Spec = StatusWriter.Clone(schedule).Spec.Template.Spec,
        Status = new MySqlBackupStatus { Target = new RecordedTarget() },
    };

    private static T Own<T>(T entity, MySqlBackupSchedule schedule)
        where T : class, IKubernetesObject
    {
        entity.Metadata.OwnerReferences = [schedule.ToOwnerReference()];
        Mark(entity.Metadata.Labels!, schedule);
        return entity;
    }

    private static void Mark(Dictionary<string, string> labels, MySqlBackupSchedule schedule)
    {
        labels[RunLabels.Run] = NameOf(schedule);
        labels[RunLabels.Kind] = schedule.Kind!;
        labels[Label] = "true";
    }
}
