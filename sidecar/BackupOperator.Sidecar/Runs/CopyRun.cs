using System.Text.Json;
using System.Text.Json.Nodes;
using BackupOperator.Api.Entities;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Targets;

namespace BackupOperator.Sidecar.Runs;

/// <summary>Another attempt at the copies of a finished backup; it knows nothing of the database, and changes nothing else in the report.</summary>
public sealed class CopyRun(RunResource resource, ApiRetry retry, TimeSpan apiPatience)
{
    /// <exception cref="RunException">The backup has no result, or a copy is not complete; those that are were reported.</exception>
    public async Task ExecuteAsync(IBackupCopies copies, CancellationToken cancellationToken)
    {
        var backup = await ReadAsync(apiPatience, cancellationToken);
        var results = await copies.UpdateAsync(backup.ManifestDigest, cancellationToken);

        // As it is now: copies that this run has nothing to do with stay as they are.
        var now = await ReadAsync(RunExecutor.ReportPatience, cancellationToken);
        var merged = now.Copies.Where(copy => results.All(result => result.Index != copy.Index)).Concat(results).OrderBy(copy => copy.Index).ToList();
        var fields = new Dictionary<string, JsonNode> { ["/report/backup/copies"] = JsonSerializer.SerializeToNode(merged, KubernetesJson.Options)! };
        await retry.RunAsync(
            async token =>
            {
                await resource.SetStatusAsync(fields, token);
                return true;
            },
            RunExecutor.ReportPatience,
            cancellationToken);
        if (results.FirstOrDefault(result => !result.IsComplete) is { } incomplete)
        {
            throw new RunException(FailureReason.StorageUnavailable, ExitCode.StorageUnavailable, incomplete.Problem!, retryable: true);
        }
    }

    private async Task<BackupResult> ReadAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        IRunEntity? entity = await retry.RunAsync(resource.ReadAsync, patience, cancellationToken);
        return entity?.RunStatus.Report?.Backup
            ?? throw new RunException(FailureReason.ResultMissing, ExitCode.NotFound, "The resource of this backup is gone or has no result: there is nothing to copy.");
    }
}
