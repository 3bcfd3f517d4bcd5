using System.Collections.Concurrent;
using BackupOperator.Chaos.Strikes;

namespace BackupOperator.Chaos.Running;

/// <summary>
/// Runs cells in lanes. Faults that one lane feels strike side by side; those that everyone feels strike once, when every
/// lane is in the phase of a cell of its own.
/// </summary>
internal sealed class MatrixRunner(World world, IReadOnlyList<Lane> lanes, StrikeDurations durations, Action<CellResult> tell)
{
    private readonly ConcurrentBag<CellResult> _results = [];

    /// <param name="timed">Called when no times are taken any more: from then on the machine may be busy.</param>
    public async Task<IReadOnlyList<CellResult>> RunAsync(IReadOnlyList<Cell> cells, Action? timed = null)
    {
        var (global, local) = (cells.Where(cell => cell.IsGlobal).ToList(), cells.Where(cell => !cell.IsGlobal).ToList());
        await RunQueueAsync([.. local.Where(cell => cell.IsTimed)], lanes.Count);
        await RunRoundsAsync(global.Where(cell => cell.IsTimed));
        timed?.Invoke();
        await RunRoundsAsync(global.Where(cell => !cell.IsTimed));

        // The long ones wait most of their time, the short ones work: a part of the lanes begins with the short ones.
        await RunQueueAsync([.. local.Where(cell => !cell.IsTimed).OrderByDescending(cell => durations.Of(cell.Kind))], lanes.Count * 3 / 4);
        return [.. _results];
    }

    private async Task RunRoundsAsync(IEnumerable<Cell> cells)
    {
        foreach (var alike in cells.GroupBy(cell => (cell.Component, cell.Kind)))
        {
            foreach (var round in alike.Chunk(lanes.Count))
            {
                await RunTogetherAsync(round);
            }
        }
    }

    /// <param name="fromTheStart">How many lanes take the first of what is left; the others take the last.</param>
    private async Task RunQueueAsync(IReadOnlyList<Cell> cells, int fromTheStart)
    {
        var queue = new LinkedList<Cell>(cells);
        await Task.WhenAll(lanes.Select(async (lane, i) =>
        {
            while (Take(i < fromTheStart) is { } cell)
            {
                await RunAloneAsync(lane, cell);
            }
        }));

        Cell? Take(bool first)
        {
            lock (queue)
            {
                var node = first ? queue.First : queue.Last;
                if (node is not null)
                {
                    queue.Remove(node);
                }

                return node?.Value;
            }
        }
    }

    private async Task RunAloneAsync(Lane lane, Cell cell)
    {
        using var run = new CellRun(lane, cell);
        try
        {
            var strike = StrikeFactory.Local(lane, cell);
            await run.PrepareAsync();
            var isStopped = await run.IsStoppedAsync();
            var begun = strike.BeginAsync();

            // Where no server runs, the strike waits for one: the run must be let go.
            await Task.WhenAny(begun, Task.Delay(TimeSpan.FromMilliseconds(500)));
            run.Release();
            await begun;
            var back = await run.MeasureAnswerAsync(isStopped);
            await Task.Delay(durations.Of(cell.Kind));
            await strike.EndAsync();
            Tell(await run.ConcludeAsync(back));
        }
        catch (Exception problem)
        {
            Tell(await run.FailAsync(problem));
        }
    }

    private async Task RunTogetherAsync(Cell[] cells)
    {
        var runs = cells.Select((cell, i) => new CellRun(lanes[i], cell)).ToList();
        var ready = (await Task.WhenAll(runs.Select(async run =>
        {
            try
            {
                await run.PrepareAsync();
                return run;
            }
            catch (Exception problem)
            {
                Tell(await run.FailAsync(problem));
                return null;
            }
        }))).OfType<CellRun>().ToList();

        var (component, kind) = (cells[0].Component, cells[0].Kind);
        var strike = StrikeFactory.Global(world, [.. ready.Select(run => run.Lane)], component, kind);
        var stopped = await Task.WhenAll(ready.Select(run => run.IsStoppedAsync()));
        await strike.BeginAsync();
        ready.ForEach(run => run.Release());
        await Task.Delay(durations.Of(kind));
        await strike.EndAsync();
        await Task.WhenAll(ready.Zip(stopped, async (run, isStopped) => Tell(await run.ConcludeAsync(await run.MeasureAnswerAsync(isStopped)))));
        runs.ForEach(run => run.Dispose());
    }

    private void Tell(CellResult result)
    {
        _results.Add(result);
        tell(result);
    }
}
