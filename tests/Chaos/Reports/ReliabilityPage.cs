using System.Text;
using BackupOperator.Chaos.Strikes;

namespace BackupOperator.Chaos.Reports;

/// <summary>The tables of docs/reliability.md, between its markers.</summary>
internal static class ReliabilityPage
{
    public const string Begin = "<!-- begin: written by make chaos -->";
    public const string End = "<!-- end -->";

    /// <summary>Replaces what is between the markers.</summary>
    public static async Task WriteAsync(string file, IReadOnlyList<CellResult> results, StrikeDurations durations, CancellationToken cancellationToken)
    {
        var page = await File.ReadAllTextAsync(file, cancellationToken);
        var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (from < 0 || to < from)
        {
            throw new InvalidDataException($"{file} has no markers for the tables");
        }

        await File.WriteAllTextAsync(file, page[..(from + Begin.Length)] + "\n" + Tables(results, durations) + page[to..], cancellationToken);
    }

    /// <summary>One table a kind of run: a row for each phase, a column for each component, in it the outcomes of the three kinds of faults.</summary>
    public static string Tables(IReadOnlyList<CellResult> results, StrikeDurations durations)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{results.Count} combinations, {results.Count(result => result.Passed)} passed; hung for {durations.Hung.TotalSeconds} s, unreachable for {durations.Unreachable.TotalSeconds} s.").AppendLine();
        foreach (var run in Enum.GetValues<RunOf>())
        {
            var components = Enum.GetValues<Component>();
            text.AppendLine(CultureInfo.InvariantCulture, $"| {run}: phase | {string.Join(" | ", components.Select(Title))} |");
            text.AppendLine(CultureInfo.InvariantCulture, $"|---|{string.Concat(components.Select(_ => "---|"))}");
            foreach (var phase in FaultMatrix.Phases(run))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"| {phase} | {string.Join(" | ", components.Select(component => Outcomes(results, run, phase, component)))} |");
            }

            text.AppendLine();
        }

        BackTimes(results).ToList().ForEach(line => text.AppendLine(line));
        return text.AppendLine().ToString();
    }

    /// <summary>A line for each promise: how it was kept.</summary>
    public static IEnumerable<string> BackTimes(IReadOnlyList<CellResult> results)
    {
        foreach (var alike in results.Where(result => result.Back is not null).GroupBy(result => result.Cell.Component).OrderBy(group => group.Key))
        {
            var times = alike.Select(result => result.Back!.Value.TotalSeconds).Order().ToList();
            var promised = Promise.Of(alike.First().Cell)!.Value.TotalSeconds;
            var since = alike.Key == Component.Sidecar ? "after the death of the sidecar" : "after the return of the operator, both having died";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"MySQL answered {since}: median {times[times.Count / 2]:0.0} s, longest {times[^1]:0.0} s, of {times.Count} times; {(times[^1] > promised ? "TOO LATE, " : "")}{promised:0} s are promised.");
        }
    }

    private static string Title(Component component) => component switch
    {
        Component.Mysqld => "mysqld",
        Component.ApiServer => "API server",
        Component.OperatorAndSidecar => "operator and sidecar",
        _ => component.ToString().ToLowerInvariant(),
    };

    private static string Outcomes(IReadOnlyList<CellResult> results, RunOf run, string phase, Component component) => string.Join(
        ' ',
        Enum.GetValues<FaultKind>()
            .Select(kind => new Cell(run, phase, component, kind))
            .Select(cell => !FaultMatrix.Exists(cell) ? "–" : results.FirstOrDefault(result => result.Cell == cell) is { } result ? Letter(result) : "?"));

    private static string Letter(CellResult result) => result switch
    {
        { Passed: false } => "**!**",
        { Outcome: "Completed" } => "C",
        _ => "F",
    };
}
