using BackupOperator.Sidecar.Reporting;
using Spectre.Console;

namespace BackupOperator.Sidecar.Commands;

/// <summary>What a command gets beside its options.</summary>
internal sealed record CommandContext(TimeProvider Time, TextWriter Output, CancellationToken Cancellation)
{
    /// <summary>A bar on a terminal, lines elsewhere.</summary>
    public IConsoleProgress ShowProgress() => Console.IsErrorRedirected || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb"
        ? new PlainProgress(Console.Error, Time)
        : new BarProgress(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));
}
