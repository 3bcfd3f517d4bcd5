namespace BackupOperator.Sidecar.Runs;

/// <summary>Waits until MySQL is back.</summary>
internal static class Recovery
{
    /// <summary>Waits for the answer, and removes the mark.</summary>
    /// <exception cref="RunException">No answer in time: the mark stays, and the operator goes on waiting.</exception>
    public static async Task AwaitAnswerAsync(RunContext context, CancellationToken cancellationToken)
    {
        if (context.Run.Target.Replicas > 0)
        {
            var seen = await context.Answer.WaitAsync(hopelessEnds: false, cancellationToken);
            if (!seen.Answers)
            {
                throw new RunException(
                    FailureReason.DatabaseNotRestored,
                    ExitCode.DatabaseNotRestored,
                    $"MySQL in pod {context.Run.Target.Pod} was scaled up and has not answered within {context.Run.Target.ResumeTimeout.TotalSeconds:0} s: {seen.Detail}. "
                    + $"Look at its log: kubectl -n {context.Run.Namespace} logs {context.Run.Target.Pod}");
            }

            context.Reporter.Update(report => report with { AnsweredAt = report.AnsweredAt ?? context.Time.GetUtcNow() });
        }

        await context.Resumer.RemoveMarkAsync(cancellationToken);
    }
}
