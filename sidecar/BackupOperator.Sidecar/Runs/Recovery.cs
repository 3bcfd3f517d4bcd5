namespace BackupOperator.Sidecar.Runs;

/// <summary>Waits until MySQL is back.</summary>
internal static class Recovery
{
    /// <summary>Remembers whether MySQL is up, before anything is touched.</summary>
    public static async Task LookBeforeAsync(RunContext context, CancellationToken cancellationToken) =>
        context.AnsweredBefore = context.Run.Target.Replicas > 0 && (await context.Answer.LookAsync(cancellationToken)) is { Answers: true } or { Ready: true };

    /// <summary>Waits for the answer, and removes the mark.</summary>
    /// <returns>False where there was no answer, and none before this run either.</returns>
    /// <exception cref="RunException">No answer in time: the mark stays, and the operator goes on waiting.</exception>
    public static async Task<bool> AwaitAnswerAsync(RunContext context, CancellationToken cancellationToken)
    {
        while (true)
        {
            var answers = context.Run.Target.Replicas > 0 && await AnswersAsync(context, cancellationToken);
            if (await context.Resumer.RemoveMarkAsync(cancellationToken))
            {
                return answers;
            }
        }
    }

    private static async Task<bool> AnswersAsync(RunContext context, CancellationToken cancellationToken)
    {
        var seen = await context.Answer.WaitAsync(hopelessEnds: !context.AnsweredBefore, cancellationToken);
        if (seen.Answers)
        {
            context.Reporter.Update(report => report with { AnsweredAt = report.AnsweredAt ?? context.Time.GetUtcNow() });
        }
        else if (context.AnsweredBefore)
        {
            throw new RunException(
                FailureReason.DatabaseNotRestored,
                ExitCode.DatabaseNotRestored,
                $"MySQL in pod {context.Run.Target.Pod} was scaled up and has not answered within {context.Run.Target.ResumeTimeout.TotalSeconds:0} s: {seen.Detail}. "
                + $"Look at its log: kubectl -n {context.Run.Namespace} logs {context.Run.Target.Pod}");
        }

        return seen.Answers;
    }
}
