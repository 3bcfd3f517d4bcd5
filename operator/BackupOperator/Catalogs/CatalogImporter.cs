using BackupOperator.Core.Catalogs;
using BackupOperator.Core.Conditions;
using BackupOperator.Core.Copies;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Runs;
using BackupOperator.Statuses;

namespace BackupOperator.Catalogs;

/// <summary>
/// Makes resources of backups that have none. The operator holds no credentials of storages: a Job reads what is there and
/// tells it page by page in the schedule's status, and the number of the last page that is dealt with is its answer.
/// </summary>
internal sealed class CatalogImporter(
    CatalogObserver observer, CatalogActions actions, CatalogPageTaker pages, StatusWriter statuses, IEventPublisher events, TimeProvider time, ILogger<CatalogImporter> logger)
{
    private const int MostProblems = 20;

    /// <returns>When to look again; null for not before something changes.</returns>
    public async Task<TimeSpan?> ReconcileAsync(MySqlBackupSchedule schedule, CancellationToken cancellationToken)
    {
        if (!schedule.Spec.Catalog.Import && schedule.Status.Catalog is null)
        {
            return null;
        }

        var observation = await observer.ObserveAsync(schedule, cancellationToken);
        var decision = CatalogPlanner.Decide(observation, time.GetUtcNow());
        var next = StatusWriter.Clone(schedule);
        await ActAsync(schedule, next, observation, decision, cancellationToken);
        next.Status.Conditions = ConditionMapper.Write(ConditionSet.Merge(
            [.. ConditionMapper.Read(next.Status.Conditions).Where(c => next.Status.Catalog is not null || c.Type != CatalogConditions.CatalogImported)],
            CatalogConditions.Of(next.Status.Catalog), schedule.Metadata.Generation, time.GetUtcNow()));
        var (written, changed) = await statuses.WriteAsync(schedule, next, cancellationToken);
        if (changed)
        {
            Tell(schedule.Status.Catalog, written);
        }

        return decision.RequeueAfter;
    }

    private async Task ActAsync(
        MySqlBackupSchedule schedule, MySqlBackupSchedule next, CatalogObservation observation, CatalogDecision decision, CancellationToken cancellationToken)
    {
        var (now, before) = (time.GetUtcNow(), schedule.Status.Catalog);
        var status = next.Status.Catalog;
        switch (decision.Step)
        {
            case CatalogStep.Forget:
                await actions.DeleteAccessAsync(schedule, cancellationToken);
                next.Status.Catalog = null;
                return;
            case CatalogStep.DeleteJob:
                await actions.DeleteJobAsync(schedule, observation.Job!.Uid, cancellationToken);
                break;
            case CatalogStep.Begin:
                next.Status.Catalog = new ScheduleCatalogStatus
                {
                    Phase = CatalogPhase.Waiting,
                    For = observation.Wanted,

                    // Never one that was there before, also where only a page that was left over remembers it.
                    Session = Math.Max(Math.Max(before?.Session ?? 0, schedule.Status.CatalogPage?.Session ?? 0) + 1, now.ToUnixTimeMilliseconds()),
                    StartTime = now,
                    Attempts = before?.For == observation.Wanted ? before?.Attempts : null,
                    Job = CatalogJob.NameOf(schedule),
                };
                return;
            case CatalogStep.Run:
                status!.Phase = CatalogPhase.Running;
                break;
            case CatalogStep.StepBack:
                status!.Phase = CatalogPhase.Waiting;
                break;
            case CatalogStep.CreateJob:
                await actions.CreateJobAsync(schedule, cancellationToken);
                break;
            case CatalogStep.TakePage:
                await TakePageAsync(schedule, status!, CatalogObserver.Page(schedule)!, cancellationToken);
                return;
            case CatalogStep.Fail:
                var why = observation.Job!.Outcome == JobOutcome.Failed
                    ? PostMortem.Explain(observation.Job, await observer.PodAsync(schedule, cancellationToken), report: null).Message
                    : "its Job ended without having told all; is the sidecar's image older than the operator?";
                status!.Phase = CatalogPhase.Failed;
                status.Attempts = (status.Attempts ?? 0) + 1;
                status.NextAttemptTime = now + CopyBackOff.After(status.Attempts.Value);
                status.Message = why;
                return;
            case CatalogStep.CleanUp:
                await actions.DeleteAccessAsync(schedule, cancellationToken);
                status!.Job = null;
                return;
        }

        if (status is { Phase: CatalogPhase.Waiting or CatalogPhase.Running })
        {
            var waits = status.Phase == CatalogPhase.Running && observation.Job is not null ? (await observer.PodAsync(schedule, cancellationToken))?.WaitingFor : null;
            status.Message = decision.Message is { } message ? $"Waits: {message}" : waits is null ? null : $"The Job's pod waits: {waits}";
        }
    }

    private async Task TakePageAsync(MySqlBackupSchedule schedule, ScheduleCatalogStatus status, CatalogPage page, CancellationToken cancellationToken)
    {
        var taken = await pages.TakeAsync(schedule, page, cancellationToken);
        status.Found = (status.Found ?? 0) + taken.Found;
        status.Imported = (status.Imported ?? 0) + taken.Imported;
        status.Page = page.Number;
        status.After = page.After;
        status.Message = null;
        if (taken.Problems.Count > 0)
        {
            status.ProblemCount = (status.ProblemCount ?? 0) + taken.Problems.Count;
            status.Problems = [.. (status.Problems ?? []).Concat(taken.Problems.Select(p => new CatalogProblemStatus { Path = p.Path, Message = p.Problem })).Take(MostProblems)];
        }

        if (page.Last)
        {
            await pages.RemoveUnfilledAsync(schedule, cancellationToken);
            status.Phase = CatalogPhase.Imported;
            status.CompletionTime = time.GetUtcNow();
            status.Attempts = null;
            status.NextAttemptTime = null;
        }
    }

    private void Tell(ScheduleCatalogStatus? before, MySqlBackupSchedule schedule)
    {
        if (schedule.Status.Catalog is not { } now)
        {
            return;
        }

        foreach (var problem in (now.Problems ?? []).Skip(before?.Session == now.Session ? before?.Problems?.Count ?? 0 : 0))
        {
            Publish(schedule, "ImportProblem", $"{problem.Path} is not imported: {problem.Message}", EventType.Warning);
        }

        if (before?.Phase == now.Phase)
        {
            return;
        }

        switch (now.Phase)
        {
            case CatalogPhase.Imported:
                Publish(schedule, "Imported", CatalogConditions.Summary(now), EventType.Normal);
                break;
            case CatalogPhase.Failed:
                Publish(schedule, "ImportFailed", $"The storage could not be read, and is tried again: {now.Message}", EventType.Warning);
                break;
        }
    }

    private void Publish(MySqlBackupSchedule schedule, string reason, string message, EventType type)
    {
        events.Publish(schedule, reason, message, type);
        logger.Log(type == EventType.Warning ? LogLevel.Warning : LogLevel.Information, "{Reason}: {Message}", reason, message);
    }
}
