using BackupOperator.Core.Durations;
using BackupOperator.Jobs;
using BackupOperator.Targets;

namespace BackupOperator.Runs;

/// <summary>Writes down for the sidecar what was recorded of a run. Pure.</summary>
internal static class RunSpecFactory
{
    /// <param name="target">Null for a run that has nothing to do with the database.</param>
    /// <param name="node">The node that the Job is bound to; null where it is bound to none.</param>
    public static RunSpec Build(IRunEntity entity, JobPurpose purpose, ResolvedTarget? target, RunStores stores, string path, string? node = null)
    {
        var recorded = entity.RunStatus.Target ?? throw new InvalidOperationException("the intent of the run is not recorded");
        var spec = entity.RunSpec;
        return new RunSpec
        {
            Kind = KindOf(entity, purpose),
            ResourceKind = entity.Kind!,
            Namespace = entity.Metadata.Namespace!,
            Name = entity.Metadata.Name!,
            Uid = entity.Metadata.Uid!,
            Path = path,
            IsEmergency = spec.Priority == RunPriority.Emergency,
            CheckUser = purpose == JobPurpose.Run && SidecarUser.Wanted(spec.Job) is null && entity.RunStatus.Revisions?.Exists(r => r.Reason == RunReason.WrongUser) != true,
            Storage = StorageMapper.Map(stores.First),
            Copies = [.. stores.Copies.Select(c => new RunCopy(c.Index, StorageMapper.Map(c.Storage)))],
            Encryption = stores.Encryption is { } encryption ? new RunEncryption(encryption.SecretRef.Key) : null,
            Target = new RunTarget
            {
                StatefulSet = spec.Target.StatefulSet,
                StatefulSetUid = recorded.StatefulSetUid ?? "",
                Replicas = recorded.Replicas ?? 0,
                QuiescedReplicas = recorded.QuiescedReplicas ?? 0,
                ExclusiveClaim = recorded.ExclusiveClaim == true,
                Node = recorded.SharedClaim == true ? null : node,
                Container = recorded.Container ?? target?.Container.Name,
                MaxReplicaLag = entity is MySqlBackup backup ? DurationText.Parse(backup.Spec.Cold.MaxReplicaLag) : default,
                Ordinal = recorded.Ordinal ?? 0,
                Pod = recorded.Pod ?? target?.Pod ?? "",
                Claim = recorded.Claim ?? target?.Claim ?? "",
                DataSubdirectory = target?.DataSubdirectory ?? "",
                ServerDataDirectory = spec.Target.DataDirectory,
                Host = spec.Target.Connection?.Host,
                Port = spec.Target.Connection?.Port ?? 3306,
                Tls = (spec.Target.Connection?.Tls ?? TlsMode.Preferred).ToString(),
                HasCredentials = purpose == JobPurpose.Run && spec.Target.Connection?.SecretRef is not null,
                MaxDowntime = DurationText.Parse(spec.AllowedDowntime),
                QuiesceTimeout = DurationText.Parse(spec.Timeouts.Quiesce),
                ResumeTimeout = DurationText.Parse(spec.Timeouts.Resume),
            },
        };
    }

    private static RunKind KindOf(IRunEntity entity, JobPurpose purpose) => purpose switch
    {
        JobPurpose.RollBack => RunKind.RollBack,
        JobPurpose.RemovePrevious => RunKind.RemovePrevious,
        JobPurpose.Copy => RunKind.Copy,
        JobPurpose.Prune => RunKind.Prune,
        JobPurpose.Catalog => RunKind.Catalog,
        JobPurpose.Preflight => RunKind.Preflight,
        _ => entity is MySqlBackup ? RunKind.Backup : RunKind.Restore,
    };
}
