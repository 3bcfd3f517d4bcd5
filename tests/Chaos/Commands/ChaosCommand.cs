using System.CommandLine;
using System.Diagnostics;
using BackupOperator.Chaos.Reports;
using BackupOperator.Chaos.Running;
using BackupOperator.Chaos.Strikes;

namespace BackupOperator.Chaos.Commands;

/// <summary><c>chaos</c>: without a verb all of it.</summary>
internal static class ChaosCommand
{
    private static readonly Option<string> Only = new("--only") { Description = "Cells whose name contains this; several, separated by |.", DefaultValueFactory = _ => "" };
    private static readonly Option<int> Targets = new("--targets") { Description = "Databases at once.", DefaultValueFactory = _ => 12, Recursive = true };
    private static readonly Option<int> Runs = new("--runs") { Description = "How often.", DefaultValueFactory = _ => 50 };
    private static readonly Option<int> Seed = new("--seed") { Description = "For what happens by chance.", DefaultValueFactory = _ => 1, Recursive = true };
    private static readonly Option<bool> Sample = new("--sample") { Description = "The sample of every day instead of the whole matrix." };
    private static readonly Option<bool> Quick = new("--quick") { Description = "Short faults." };
    private static readonly Option<FileInfo> Results = new("--results")
    {
        Description = "Keep the results of cells in this file.",
        DefaultValueFactory = _ => new FileInfo("artifacts/chaos/results.jsonl"),
        Recursive = true,
    };

    private static readonly Option<bool> Continue = new("--continue") { Description = "Leave out the cells that have passed according to that file.", Recursive = true };
    private static readonly Option<FileInfo?> Document = new("--document") { Description = "Write the table into this file.", Recursive = true };

    public static RootCommand Create()
    {
        var list = new Command("list", "Print the cells of the matrix.");
        list.SetAction(_ =>
        {
            FaultMatrix.All.ToList().ForEach(cell => Console.WriteLine(cell.Name));
            return 0;
        });
        var matrix = new Command("matrix", "Every component, in every phase of backups and restores, killed, hung and unreachable.") { Only, Sample, Quick };
        matrix.SetAction((arguments, token) => TimedAsync(report => MatrixAsync(arguments, report, token)));
        var intruders = new Command("intruders", "Backups during which someone starts MySQL.") { Runs };
        intruders.SetAction((arguments, token) => TimedAsync(async report => Count(
            await StoryRun.IntrudersAsync(arguments.GetValue(Runs), Stories(arguments), arguments.GetValue(Seed), report, token), result => result.Problems.Count == 0)));
        var swaps = new Command("swaps", "Restores whose sidecar dies while it swaps the data directories.") { Runs };
        swaps.SetAction((arguments, token) => TimedAsync(async report => Count(
            await StoryRun.KilledSwapsAsync(arguments.GetValue(Runs), Stories(arguments), arguments.GetValue(Seed), report, token), result => result.Problems.Count == 0)));
        var all = new RootCommand("Strikes the backup operator wherever it can be struck, and looks at what is left. Without a verb: all of it.")
        {
            list, matrix, intruders, swaps, Targets, Seed, Document, Results, Continue,
        };
        all.SetAction((arguments, token) => TimedAsync(async report =>
        {
            var (passed, failed) = await MatrixAsync(arguments, report, token);
            var seed = arguments.GetValue(Seed);
            var story = Count(await StoryRun.IntrudersAsync(50, Stories(arguments), seed, report, token), result => result.Problems.Count == 0);
            var swap = Count(await StoryRun.KilledSwapsAsync(16, Stories(arguments), seed, report, token), result => result.Problems.Count == 0);
            return (passed + story.Passed + swap.Passed, failed + story.Failed + swap.Failed);
        }));
        return all;
    }

    private static async Task<(int Passed, int Failed)> MatrixAsync(ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        var words = (arguments.GetResult(Only) is null ? "" : arguments.GetValue(Only)!).Split('|', StringSplitOptions.RemoveEmptyEntries);
        var isSample = arguments.GetResult(Sample) is not null && arguments.GetValue(Sample);
        var isQuick = arguments.GetResult(Quick) is not null && arguments.GetValue(Quick);
        var file = arguments.GetValue(Results)!.FullName;
        if (!arguments.GetValue(Continue))
        {
            File.Delete(file);
        }

        var passed = ResultFile.Read(file).Where(result => result.Passed).Select(result => result.Cell).ToHashSet();
        var cells = (isSample ? FaultMatrix.Sample : FaultMatrix.All)
            .Where(cell => !passed.Contains(cell) && (words.Length == 0 || words.Any(word => cell.Name.Contains(word, StringComparison.OrdinalIgnoreCase))))
            .ToList();
        var durations = isQuick ? StrikeDurations.Short : StrikeDurations.Full;
        if (cells.Count > 0)
        {
            await MatrixRun.RunAsync(
                cells, Math.Min(arguments.GetValue(Targets), cells.Count), durations, report, result => ResultFile.Add(file, result), cancellationToken);
        }

        var results = ResultFile.Read(file);
        if (arguments.GetValue(Document) is { } page)
        {
            await ReliabilityPage.WriteAsync(page.FullName, results, durations, cancellationToken);
        }

        return Count(results, result => result.Passed);
    }

    private static int Stories(ParseResult arguments) => Math.Min(4, arguments.GetValue(Targets));

    private static (int Passed, int Failed) Count<T>(IReadOnlyList<T> results, Func<T, bool> passed) =>
        (results.Count(passed), results.Count(result => !passed(result)));

    private static async Task<int> TimedAsync(Func<Report, Task<(int Passed, int Failed)>> run)
    {
        var watch = Stopwatch.StartNew();
        var (passed, failed) = await run(new Report(Console.Out));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{passed} passed, {failed} failed, {watch.Elapsed.TotalMinutes:0.0} minutes"));
        return failed == 0 && passed > 0 ? 0 : 1;
    }
}
