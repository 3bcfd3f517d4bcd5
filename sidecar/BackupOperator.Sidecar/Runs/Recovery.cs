using BackupOperator.Sidecar.Targets;

namespace BackupOperator.Sidecar.Runs;

/// <summary>Waits until MySQL is back.</summary>
internal static class Recovery
{
    /// <summary>
    /// Finds out whether MySQL is up, before anything is touched, and remembers it for all attempts: a later one comes
    /// while MySQL is starting, and would take what this run has done for what it found.
    /// </summary>
    /// <exception cref="RunException">The Kubernetes API does not say.</exception>
    public static async Task LookBeforeAsync(RunContext context, CancellationToken cancellationToken)
    {
        if (context.Reporter.Report.AnsweredBefore is null)
        {
            var seen = context.Run.Target.Replicas > 0 ? await context.Answer.LookPatientlyAsync(cancellationToken) : null;
            context.Reporter.Update(report => report with { AnsweredBefore = seen is { Answers: true } or { Ready: true } });
        }
    }

    /// <summary>Waits for the answer, and removes the mark.</summary>
    /// <returns>
    /// False where there was no answer, and none before this run either; or where MySQL waits for the end of this pod: then
    /// the mark stays, and the operator waits for the answer.
    /// </returns>
    /// <exception cref="RunException">No answer in time: the mark stays, and the operator goes on waiting.</exception>
    public static async Task<bool> AwaitAnswerAsync(RunContext context, CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = context.Run.Target.Replicas > 0 ? await WaitAsync(context, cancellationToken) : null;
            if (seen is { Elsewhere: true } || await context.Resumer.RemoveMarkAsync(cancellationToken))
            {
                return seen is { Answers: true };
            }
        }
    }

    private static async Task<Aliveness> WaitAsync(RunContext context, CancellationToken cancellationToken)
    {
        var seen = await context.Answer.WaitAsync(hopelessEnds: !context.MustAnswer, cancellationToken);
        if (seen.Answers)
        {
            context.Reporter.Update(report => report with { AnsweredAt = report.AnsweredAt ?? context.Time.GetUtcNow() });
        }
        else if (context.MustAnswer && !seen.Elsewhere)
        {
            throw new RunException(
                FailureReason.DatabaseNotRestored,
                ExitCode.DatabaseNotRestored,
                $"MySQL in pod {context.Run.Target.Pod} was scaled up and has not answered within {context.Run.Target.ResumeTimeout.TotalSeconds:0} s: {seen.Detail}. "
                + $"Look at what keeps it: kubectl -n {context.Run.Namespace} describe pod {context.Run.Target.Pod}; kubectl -n {context.Run.Namespace} logs {context.Run.Target.Pod}");
        }

        return seen;
    }
}
