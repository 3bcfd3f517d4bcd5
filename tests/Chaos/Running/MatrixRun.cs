using BackupOperator.Chaos.Strikes;

namespace BackupOperator.Chaos.Running;

/// <summary>A run of cells from the first process to the last.</summary>
internal static class MatrixRun
{
    public static async Task<IReadOnlyList<CellResult>> RunAsync(
        IReadOnlyList<Cell> cells, int lanes, Programs programs, StrikeDurations durations, Report report, Action<CellResult> keep, Action timed, CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(lanes, programs, cancellationToken);
        await using var targets = await Lanes.StartAsync(world, lanes, furnish: null, cancellationToken);
        report.Say($"{lanes} targets for the matrix are up");
        return await new MatrixRunner(world, targets.All, durations, Tell).RunAsync(cells, timed);

        void Tell(CellResult result)
        {
            report.Tell(result, cells.Count);
            lock (cells)
            {
                keep(result);
            }
        }
    }
}
