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
    private static readonly Option<int> Targets = new("--targets") { Description = "Databases at once.", DefaultValueFactory = _ => 20, Recursive = true };
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
    private static readonly Option<FileInfo?> Operator = new("--operator") { Description = "The operator as it is published, instead of the one built with this.", Recursive = true };
    private static readonly Option<FileInfo?> Sidecar = new("--sidecar") { Description = "The sidecar as it is published, instead of the one built with this.", Recursive = true };
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
        matrix.SetAction((arguments, token) => TimedAsync(report => MatrixAsync(arguments, report, () => { }, token)));
        var intruders = new Command("intruders", "Backups during which someone starts MySQL.") { Runs };
        intruders.SetAction((arguments, token) => TimedAsync(report => IntrudersAsync(arguments, arguments.GetValue(Runs), report, token)));
        var swaps = new Command("swaps", "Restores whose sidecar dies while it swaps the data directories.") { Runs };
        swaps.SetAction((arguments, token) => TimedAsync(report => KilledSwapsAsync(arguments, arguments.GetValue(Runs), report, token)));
        var all = new RootCommand("Strikes the backup operator wherever it can be struck, and looks at what is left. Without a verb: all of it.")
        {
            list, matrix, intruders, swaps, Targets, Seed, Document, Results, Continue, Operator, Sidecar,
        };
        all.SetAction((arguments, token) => TimedAsync(async report =>
        {
            var timed = new TaskCompletionSource();
            var matrix = MatrixAsync(arguments, report, timed.SetResult, token);
            if (await Task.WhenAny(timed.Task, matrix) == matrix)
            {
                await matrix;
            }

            // Beside the matrix, which waits most of its time, in a cluster of their own.
            var stories = StoriesAsync(arguments, report, token);
            await Task.WhenAll(matrix, stories);
            return ((await matrix).Passed + (await stories).Passed, (await matrix).Failed + (await stories).Failed);
        }));
        return all;
    }

    private static async Task<(int Passed, int Failed)> StoriesAsync(ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        var intruders = await IntrudersAsync(arguments, 50, report, cancellationToken);
        var swaps = await KilledSwapsAsync(arguments, 16, report, cancellationToken);
        return (intruders.Passed + swaps.Passed, intruders.Failed + swaps.Failed);
    }

    private static async Task<(int Passed, int Failed)> IntrudersAsync(ParseResult arguments, int runs, Report report, CancellationToken cancellationToken) => Count(
        await StoryRun.IntrudersAsync(runs, Stories(arguments), arguments.GetValue(Seed), Struck(arguments), report, cancellationToken), result => result.Problems.Count == 0);

    private static async Task<(int Passed, int Failed)> KilledSwapsAsync(ParseResult arguments, int runs, Report report, CancellationToken cancellationToken) => Count(
        await StoryRun.KilledSwapsAsync(runs, Stories(arguments), arguments.GetValue(Seed), Struck(arguments), report, cancellationToken), result => result.Problems.Count == 0);

    private static async Task<(int Passed, int Failed)> MatrixAsync(ParseResult arguments, Report report, Action timed, CancellationToken cancellationToken)
    {
        var words = (arguments.GetResult(Only) is null ? "" : arguments.GetValue(Only)!).Split('|', StringSplitOptions.RemoveEmptyEntries);
        var isSample = arguments.GetResult(Sample) is not null && arguments.GetValue(Sample);
        var isQuick = arguments.GetResult(Quick) is not null && arguments.GetValue(Quick);
        var file = arguments.GetValue(Results)!.FullName;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
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
                cells, Math.Min(arguments.GetValue(Targets), cells.Count), Struck(arguments), durations, report, result => ResultFile.Add(file, result), timed, cancellationToken);
        }

        var results = ResultFile.Read(file);
        if (arguments.GetValue(Document) is { } page)
        {
            await ReliabilityPage.WriteAsync(page.FullName, results, durations, cancellationToken);
        }

        ReliabilityPage.BackTimes(results).ToList().ForEach(report.Say);
        return Count(results, result => result.Passed);
    }

    private static Programs Struck(ParseResult arguments) => new(
        arguments.GetValue(Operator)?.FullName ?? Programs.Built.Operator, arguments.GetValue(Sidecar)?.FullName ?? Programs.Built.Sidecar);

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
