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

    public async Task<IReadOnlyList<CellResult>> RunAsync(IReadOnlyList<Cell> cells)
    {
        foreach (var alike in cells.Where(cell => cell.IsGlobal).GroupBy(cell => (cell.Component, cell.Kind)))
        {
            foreach (var round in alike.Chunk(lanes.Count))
            {
                await RunTogetherAsync(round);
            }
        }

        // The long ones first: at the end no lane waits for another for long.
        var queue = new ConcurrentQueue<Cell>(cells.Where(cell => !cell.IsGlobal).OrderByDescending(cell => durations.Of(cell.Kind)));
        await Task.WhenAll(lanes.Select(async lane =>
        {
            while (queue.TryDequeue(out var cell))
            {
                await RunAloneAsync(lane, cell);
            }
        }));
        return [.. _results];
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
            TimeSpan? back = cell is { Component: Component.Sidecar, Kind: FaultKind.Killed } && isStopped ? await run.MeasureAnswerAsync() : null;
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
        await Task.WhenAll(ready.Zip(stopped, async (run, isStopped) =>
        {
            TimeSpan? back = component == Component.OperatorAndSidecar && isStopped ? await run.MeasureAnswerAsync() : null;
            Tell(await run.ConcludeAsync(back));
        }));
        runs.ForEach(run => run.Dispose());
    }

    private void Tell(CellResult result)
    {
        _results.Add(result);
        tell(result);
    }
}
