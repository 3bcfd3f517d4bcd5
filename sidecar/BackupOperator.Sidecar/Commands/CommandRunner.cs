using System.CommandLine;
using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Commands;

/// <summary>Runs a command for a person: signals cancel it, and an error is one sentence and an exit code.</summary>
internal static class CommandRunner
{
    public static readonly Option<bool> Debug = new("--debug") { Description = "Show where an error comes from.", Recursive = true };

    public static async Task<int> RunAsync(ParseResult parsed, Func<CommandContext, Task<ExitCode>> work)
    {
        using var interruption = new Interruption(secondEnds: true);
        try
        {
            return (int)await work(new CommandContext(TimeProvider.System, Console.Out, interruption.Token));
        }
        catch (Exception problem)
        {
            var failure = FailureClassifier.Classify(problem);
            if (interruption.ExitCode is { } signal && failure.Reason == FailureReason.Interrupted)
            {
                failure = failure with { ExitCode = signal };
            }

            await Console.Error.WriteLineAsync($"backup-sidecar: {failure.Message}");
            if (parsed.GetValue(Debug))
            {
                await Console.Error.WriteLineAsync(problem.ToString());
            }

            return (int)failure.ExitCode;
        }
    }
}
