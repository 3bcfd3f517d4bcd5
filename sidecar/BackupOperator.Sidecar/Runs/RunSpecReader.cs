using System.Text.Json;
using BackupOperator.Archive.Manifests;
using BackupOperator.Sidecar.Swapping;

namespace BackupOperator.Sidecar.Runs;

/// <summary>Reads the run out of the environment, and refuses one that could not be meant.</summary>
public static class RunSpecReader
{
    /// <exception cref="RunException">There is none, or it makes no sense.</exception>
    public static RunSpec Read(string? json)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            throw Invalid($"The variable {RunSpec.EnvironmentVariable} is not set. The operator sets it in the Jobs that it creates; 'run' is not meant to be called by hand");
        }

        RunSpec run;
        try
        {
            run = RunSpec.Parse(json);
        }
        catch (JsonException problem)
        {
            throw Invalid($"The variable {RunSpec.EnvironmentVariable} holds no run: {problem.Message} The operator and the sidecar may be of different versions");
        }

        return Check(run);
    }

    private static RunSpec Check(RunSpec run)
    {
        try
        {
            _ = SwapFolders.Locate("/", run.Uid);
        }
        catch (ArgumentException problem)
        {
            throw Invalid(problem.Message);
        }

        if (run.Target.DataSubdirectory.StartsWith('/') || run.Target.DataSubdirectory.Split('/').Contains(".."))
        {
            throw Invalid($"The data directory '{run.Target.DataSubdirectory}' leads out of the claim");
        }

        return run switch
        {
            { Kind: RunKind.Backup or RunKind.Restore or RunKind.Copy or RunKind.Preflight } when ArchivePath.Refuse(run.Path) is { } reason => throw Invalid($"The path '{run.Path}' of the backup {reason}"),
            { Kind: RunKind.Backup or RunKind.Preflight, Backup: null } => throw Invalid($"A run of kind {run.Kind} says nothing of the backup"),
            { Kind: RunKind.Restore, Restore: null } => throw Invalid("A run of kind Restore says nothing of the restore"),
            { Kind: RunKind.Copy, Copies.Count: 0 } => throw Invalid("A run of kind Copy names no copies"),
            { Kind: RunKind.Prune, Prune: null or { Backups.Count: 0 } } => throw Invalid("A run of kind Prune names no backups"),
            { Kind: RunKind.Prune, Prune: { } prune } when prune.Backups.Select(b => ArchivePath.Refuse(b.Path) is { } reason ? $"The path '{b.Path}' of a backup {reason}" : null).FirstOrDefault(r => r is not null) is { } refusal =>
                throw Invalid(refusal),
            { Kind: RunKind.Prune, Prune.Sweep: { } sweep } when !sweep.Prefix.EndsWith('/') || ArchivePath.Refuse(sweep.Prefix[..^1]) is not null =>
                throw Invalid($"'{sweep.Prefix}' is no prefix below which leftovers could be looked for"),
            { Kind: RunKind.Catalog, Catalog: null } => throw Invalid("A run of kind Catalog does not say which session it belongs to"),
            { Target.Replicas: < 0 } => throw Invalid("The replicas to go back to are negative"),
            _ when run.Target.QuiescedReplicas < 0 || (run.Target.LastReplicaOnly && run.Target.QuiescedReplicas != run.Target.Replicas - 1) =>
                throw Invalid($"{run.Target.QuiescedReplicas} of {run.Target.Replicas} replicas cannot be what stays"),
            _ => run,
        };
    }

    private static RunException Invalid(string what) => new(FailureReason.InvalidSpec, ExitCode.Usage, what + ".");
}
