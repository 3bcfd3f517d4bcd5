using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Runs;
using BackupOperator.Sidecar.Targets;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Catalogs;

/// <summary>
/// Tells a schedule which backups of its target are in its storage. It remembers nothing itself: where to go on is in the
/// schedule's status, so that a pod that dies is followed by one that does no page twice and leaves none out.
/// </summary>
public sealed class CatalogRun(
    RunSpec run, RunSettings settings, IKubernetesClient kubernetes, IArchiveFactory archives, TimeProvider time, Random random, ILogger<CatalogRun> logger)
{
    private readonly CatalogPost _post = new(kubernetes, run);
    private readonly ApiRetry _retry = new(time, random);

    public async Task<ExitCode> ExecuteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TellAsync(cancellationToken);
            await _retry.RunAsync(
                async token =>
                {
                    await _post.RemoveAsync(token);
                    return true;
                },
                settings.ApiPatience,
                cancellationToken);
            return ExitCode.Success;
        }
        catch (Exception problem)
        {
            var failure = FailureClassifier.Classify(problem);
            logger.LogError("{Reason}: {Message}", failure.Reason, failure.Message);
            TerminationLog.Write(settings.TerminationLog, failure.ToRunFailure());
            return failure.ExitCode;
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        await using var store = archives.OpenFirst();
        var paths = store is null ? [] : await ArchiveCatalog.PathsAsync(store, cancellationToken);
        logger.LogInformation("{Location} has {Count} manifests", store?.Describe("") ?? "A folder that is not there yet", paths.Count);
        var reader = new CatalogReader(store, run.Namespace, run.Target.StatefulSet, run.Catalog!.Prefix);
        while (await _retry.RunAsync(_post.ReadAsync, settings.ApiPatience, cancellationToken) is { } catalog)
        {
            var page = await reader.ReadPageAsync(paths, run.Catalog.Session, (catalog.Page ?? 0) + 1, catalog.After, cancellationToken);
            logger.LogInformation("Page {Number}: {Backups} backups, {Problems} problems, up to {After}", page.Number, page.Backups.Count, page.Problems.Count, page.After);
            if (await _retry.RunAsync(token => _post.TryPutAsync(page, token), settings.ApiPatience, cancellationToken))
            {
                await WaitAsync(page.Number, cancellationToken);
            }
        }

        logger.LogInformation("The operator has all of it, or waits for another session");
    }

    private async Task WaitAsync(int number, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (await _retry.RunAsync(_post.ReadAsync, settings.ApiPatience, cancellationToken) is { } catalog && (catalog.Page ?? 0) < number)
        {
            if (time.GetElapsedTime(since) > settings.AnswerPatience)
            {
                throw new RunException(
                    FailureReason.KubernetesUnavailable, ExitCode.KubernetesUnavailable,
                    $"The operator has not dealt with page {number} for {settings.AnswerPatience.TotalMinutes:0} minutes. Look whether it runs; another attempt goes on where this one ends.", retryable: true);
            }

            await Task.Delay(settings.PollInterval, time, cancellationToken);
        }
    }
}
