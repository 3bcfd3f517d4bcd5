using BackupOperator.Backups;
using BackupOperator.Core.Backups;
using BackupOperator.Runs;
using BackupOperator.Targets;

namespace BackupOperator.Restores;

/// <summary>Finds the backup that a restore means.</summary>
internal sealed class SourceResolver(IKubernetesClient client)
{
    public async Task<Resolution<ResolvedSource>> ResolveAsync(MySqlRestore restore, CancellationToken cancellationToken)
    {
        var (source, @namespace) = (restore.Spec.Source, restore.Metadata.Namespace!);
        if (source.Location is { } location)
        {
            var path = location.Path.Trim('/');
            return new ResolvedSource
            {
                Storage = location.Storage,
                Path = path,
                Location = StorageMapper.Location(location.Storage, path),
                Encryption = restore.Spec.Encryption,
            };
        }

        if (source.Backup is { } name)
        {
            var backup = await client.GetAsync<MySqlBackup>(name, @namespace, cancellationToken);
            return backup is null
                ? Missing($"MySqlBackup {name} does not exist in namespace {@namespace}; name another one, or the backup's location in spec.source.location")
                : Use(backup, restore);
        }

        return source.Latest is { } latest
            ? await LatestAsync(latest.StatefulSet, restore, cancellationToken)
            : new SpecFinding(FailureReason.InvalidSpec, "spec.source names no backup: exactly one of backup, location and latest is needed", Final: true);
    }

    private async Task<Resolution<ResolvedSource>> LatestAsync(string statefulSet, MySqlRestore restore, CancellationToken cancellationToken)
    {
        var @namespace = restore.Metadata.Namespace!;
        var backups = await client.ListAsync<MySqlBackup>(@namespace, cancellationToken: cancellationToken);
        var newest = backups.Items
            .Where(b => b.Spec.Target.StatefulSet == statefulSet && b.Status is { Phase: BackupPhase.Completed, ManifestDigest: not null, IsBeingPruned: false })
            .MaxBy(b => BackupCatalogue.TakenAt(b.Status));
        return newest is null
            ? Missing($"no MySqlBackup of StatefulSet {statefulSet} is Completed in namespace {@namespace}")
            : Use(newest, restore);
    }

    private static Resolution<ResolvedSource> Use(MySqlBackup backup, MySqlRestore restore)
    {
        var (name, status) = (backup.Metadata.Name, backup.Status);
        return status.Phase switch
        {
            _ when status.IsBeingPruned => new SpecFinding(
                FailureReason.BackupNotFound, $"MySqlBackup {name} is being deleted ({status.Pruning!.Because}); name another one", Final: true),
            BackupPhase.Completed when status is { Path: { } path, ManifestDigest: { } digest } => new ResolvedSource
            {
                Name = name,
                Uid = backup.Metadata.Uid,
                Storage = backup.Spec.Storage,
                Path = path,
                Location = status.Location,
                ManifestDigest = digest,
                Encryption = restore.Spec.Encryption ?? backup.Spec.Encryption,
            },
            BackupPhase.Failed or BackupPhase.Cancelled => new SpecFinding(
                FailureReason.BackupNotFound, $"MySqlBackup {name} is {status.Phase}: there is nothing to restore; name a Completed one", Final: true),
            BackupPhase.Completed => new SpecFinding(
                FailureReason.BackupNotFound, $"MySqlBackup {name} is Completed, but has no manifestDigest; name its location in spec.source.location", Final: true),
            _ => Missing($"MySqlBackup {name} is not Completed yet (phase {status.Phase?.ToString() ?? "none"})"),
        };
    }

    private static SpecFinding Missing(string message) => new(FailureReason.BackupNotFound, message, Final: false);
}
