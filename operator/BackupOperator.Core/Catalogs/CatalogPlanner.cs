using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Catalogs;

/// <summary>
/// Decides what happens next to an import, from nothing but what was observed. It writes down that it reads the storage,
/// and only then looks whether something is being deleted there; who deletes does it the other way round. So whoever is
/// second sees the other, and no resource is made for a backup that has just gone.
/// </summary>
public static class CatalogPlanner
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(15);

    public static CatalogDecision Decide(CatalogObservation o, DateTimeOffset now)
    {
        if (o.Wanted is null)
        {
            return o switch
            {
                { Memory: null } => new(CatalogStep.Nothing),
                { Job: not null } => DeleteJob(o.Job),
                _ => new(CatalogStep.Forget),
            };
        }

        if (o.Memory is not { } memory || memory.For != o.Wanted)
        {
            return new(CatalogStep.Begin, Soon);
        }

        return memory.Phase switch
        {
            CatalogPhase.Waiting => Wait(o),
            CatalogPhase.Running => Run(o),
            CatalogPhase.Failed => memory.NextAttempt is { } next && now < next ? new(CatalogStep.Nothing, next - now) : new(CatalogStep.Begin, Soon),
            _ when !memory.HasJob => new(CatalogStep.Nothing),
            _ => o.Job is { Outcome: JobOutcome.Active } ? new(CatalogStep.Nothing, Later) : new(CatalogStep.CleanUp),
        };
    }

    // Only without a Job of an earlier session: what that one says would be of another storage, or another time.
    private static CatalogDecision Wait(CatalogObservation o) =>
        o.Job is not null ? DeleteJob(o.Job)
        : o.Obstacle is { } obstacle ? new(CatalogStep.Nothing, Later, obstacle)
        : new(CatalogStep.Run, Soon);

    // What it has told is taken, however it ended.
    private static CatalogDecision Run(CatalogObservation o) => o switch
    {
        { PageReady: true } => new(CatalogStep.TakePage, Soon),
        { Job: null, Obstacle: { } obstacle } => new(CatalogStep.StepBack, Later, obstacle),
        { Job: null } => new(CatalogStep.CreateJob, Later),
        { Job.Deleting: true } => new(CatalogStep.Nothing, Soon),
        { Job.Outcome: JobOutcome.Active } => new(CatalogStep.Nothing, Later),
        _ => new(CatalogStep.Fail, Soon),
    };

    private static CatalogDecision DeleteJob(JobObservation job) => new(job.Deleting ? CatalogStep.Nothing : CatalogStep.DeleteJob, Soon);
}
