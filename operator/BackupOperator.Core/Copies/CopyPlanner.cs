using BackupOperator.Core.Conditions;
using BackupOperator.Core.Queueing;
using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Copies;

/// <summary>
/// Brings the copies of a Completed backup to their end. All that are not complete are tried together, by one Job for each
/// attempt; it has nothing to do with the database. An attempt is over once its Job has ended and its rights are gone.
/// </summary>
public static class CopyPlanner
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>The first thing to record: what the backup itself has made of its copies. What is recorded already stays.</summary>
    public static CopiesDecision Begin(CopiesObservation o, DateTimeOffset now)
    {
        var states = o.Recorded.Count == o.Wanted.Count
            ? o.Recorded
            : [.. o.Wanted.Select((location, index) => Tried(new CopyState(location, Complete: false, Attempts: 0), Told(o, index), attempts: 1, now, o.Uid))];
        return Idle(states);
    }

    /// <summary>Decides what happens next, once the backup has given everything back.</summary>
    public static CopiesDecision Decide(CopiesObservation o, DateTimeOffset now)
    {
        var begun = Begin(o, now);
        var states = begun.Copies;
        if (o.Recorded.Count != o.Wanted.Count)
        {
            return begun with { RequeueAfter = Later };
        }

        if (o.GivenUp || states.All(s => s.Complete))
        {
            return o.GivenUp ? new CopiesDecision(states, GivenUp(states)) : begun;
        }

        var attempt = NextAttempt(states);
        if (o.JobAttempt != attempt)
        {
            return begun with { RequeueAfter = TimeSpan.FromSeconds(1) };
        }

        return o.Job switch
        {
            null => WithoutJob(o, states, now),
            { IsOurs: false } => new CopiesDecision(states, NotComplete(states, RunReason.NameConflict, "the Job that would try again has a name that is taken"))
            {
                RequeueAfter = TimeSpan.FromHours(1),
            },
            { Outcome: JobOutcome.Active } job => UnderWay(o, states, job),
            { Expires: false, Deleting: false } => new CopiesDecision(states, Copying(states))
            {
                Actions = [new RunAction.DeleteAccess(JobPurpose.Copy), new RunAction.ExpireJob(JobPurpose.Copy)],
                RequeueAfter = Later,
            },
            { HasAccess: true } => new CopiesDecision(states, Copying(states)) { Actions = [new RunAction.DeleteAccess(JobPurpose.Copy)], RequeueAfter = Later },
            { } job => Over(o, states, job, attempt, now),
        };
    }

    /// <summary>The number of the attempt that comes next, or is under way.</summary>
    public static int NextAttempt(IEnumerable<CopyState> states) => 1 + states.Where(s => !s.Complete).Select(s => s.Attempts).DefaultIfEmpty(0).Max();

    private static CopiesDecision WithoutJob(CopiesObservation o, IReadOnlyList<CopyState> states, DateTimeOffset now)
    {
        // Pods without their Job: someone has deleted it. They must be gone before the next ones write to the same places.
        if (o.PodAlive)
        {
            return new CopiesDecision(states, Copying(states)) { RequeueAfter = Later };
        }

        if (o.CancelRequested)
        {
            IReadOnlyList<CopyState> last = [.. states.Select(s => s with { NextAttempt = null })];
            return new CopiesDecision(last, GivenUp(last)) { Actions = [new RunAction.DeleteAccess(JobPurpose.Copy)] };
        }

        var due = states.Where(s => !s.Complete).Min(s => s.NextAttempt) ?? now;
        if (due > now)
        {
            return Idle(states) with { RequeueAfter = due - now };
        }

        return !o.Turn.Admitted
            ? new CopiesDecision(states, NotComplete(states, CopyReason.CopyFailed, "tried again when it is its turn")) { RequeueAfter = InTurn(o.Turn) }
            : new CopiesDecision(states, Copying(states, o.Refusal))
            {
                Actions = [new RunAction.CreateAccess(JobPurpose.Copy), new RunAction.CreateJob(JobPurpose.Copy)],
                RequeueAfter = Later,
            };
    }

    /// <summary>Hundreds that wait are not looked at all the time.</summary>
    private static TimeSpan InTurn(Admission turn)
    {
        var wait = Soon + (TimeSpan.FromSeconds(2) * turn.Position);
        return wait < Longest ? wait : Longest;
    }

    private static CopiesDecision UnderWay(CopiesObservation o, IReadOnlyList<CopyState> states, JobObservation job) =>
        new(states, Copying(states, o.LastPod?.Finding?.Message ?? (o.LastPod?.WaitingFor is { } waiting ? $"waiting for pod {o.LastPod.Name}: {waiting}" : RunPlanner.NoPod(job))))
        {
            Actions = o.CancelRequested && !job.Deleting ? [new RunAction.DeleteJob(JobPurpose.Copy, job.Uid)] : [],
            RequeueAfter = Later,
        };

    private static CopiesDecision Over(CopiesObservation o, IReadOnlyList<CopyState> states, JobObservation job, int attempt, DateTimeOffset now)
    {
        var died = job.Outcome == JobOutcome.Failed ? PostMortem.Explain(job, o.LastPod, report: null).Message : null;
        return Idle([.. states.Select((state, index) => state.Complete ? state : Tried(state, Told(o, index, state, died), attempt, job.FinishedAt ?? now, o.Uid))]) with
        {
            RequeueAfter = Later,
        };
    }

    private static CopyState Tried(CopyState state, string? problem, int attempts, DateTimeOffset at, string uid) => problem is null
        ? state with { Complete = true, Attempts = attempts, Problem = null, NextAttempt = null }
        : state with { Complete = false, Attempts = attempts, Problem = problem, NextAttempt = at + CopyBackOff.After(attempts, uid) };

    /// <summary>What is wrong with a copy; null where it is complete. What nobody speaks of is not complete.</summary>
    private static string? Told(CopiesObservation o, int index) => o.Reported.FirstOrDefault(r => r.Index == index) is { } reported
        ? reported.Problem
        : "the sidecar has said nothing about it";

    /// <summary>A problem that was known before the attempt says less than how the attempt itself ended.</summary>
    private static string? Told(CopiesObservation o, int index, CopyState before, string? died)
    {
        var told = Told(o, index);
        return told is not null && told == before.Problem && died is not null ? died : told;
    }

    private static CopiesDecision Idle(IReadOnlyList<CopyState> states)
    {
        var open = states.Where(s => !s.Complete).ToList();
        if (open.Count == 0)
        {
            return new CopiesDecision(states, new Condition(ConditionType.CopiesComplete, ConditionStatus.True, "Complete"));
        }

        var next = open.Min(s => s.NextAttempt);
        return new CopiesDecision(states, NotComplete(states, CopyReason.CopyFailed, next is { } at ? $"tried again at {at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}" : null));
    }

    private static Condition Copying(IReadOnlyList<CopyState> states, string? why = null) =>
        NotComplete(states, CopyReason.Copying, why is null ? "being tried again" : $"being tried again; {why}");

    private static Condition GivenUp(IReadOnlyList<CopyState> states) =>
        NotComplete(states, CopyReason.GivenUp, "not tried again, because spec.cancel is set");

    private static Condition NotComplete(IReadOnlyList<CopyState> states, string reason, string? outlook)
    {
        var open = states.Select((state, index) => (state, index)).Where(s => !s.state.Complete)
            .Select(s => $"copies[{s.index}] ({s.state.Location}): {s.state.Problem}");
        return new Condition(ConditionType.CopiesComplete, ConditionStatus.False, reason, string.Join("; ", outlook is null ? open : open.Append(outlook)));
    }
}
