using System.Diagnostics;
using Spectre.Console;

namespace BackupOperator.Demo.Stage;

/// <summary>What the demo prints: steps with their time, commands with their output.</summary>
internal sealed class Screen
{
    private readonly IAnsiConsole _console = CreateConsole();
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public void Title(string text)
    {
        _console.WriteLine();
        _console.MarkupLineInterpolated($"[bold]{text}[/]");
    }

    public void Step(string what, string detail) => _console.MarkupLineInterpolated($"[green]✓[/] {Clock()}  {what,-18} [grey]{detail}[/]");

    public void Say(string text) => _console.WriteLine(text);

    public void Command(string line) => _console.MarkupLineInterpolated($"[yellow]$ {line}[/]");

    public void Output(string text) => _console.WriteLine(text.TrimEnd());

    public void Phase(string phase, string detail) => _console.MarkupLineInterpolated($"  {Clock()}  [blue]{phase,-11}[/] [grey]{detail}[/]");

    public void Fail(string text) => _console.MarkupLineInterpolated($"[red]✗ {text}[/]");

    private static IAnsiConsole CreateConsole()
    {
        var plain = Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect });

        // Tables and paths are wider than 80 columns, and a log has no edge.
        console.Profile.Width = plain ? 1000 : Math.Max(console.Profile.Width, 200);
        return console;
    }

    private string Clock() => $"{_clock.Elapsed.TotalSeconds,5:0.0} s";
}
