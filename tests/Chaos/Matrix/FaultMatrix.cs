using BackupOperator.Core.Backups;
using BackupOperator.Core.Restores;

namespace BackupOperator.Chaos.Matrix;

/// <summary>All combinations that there are; made from the enumerations of the product, so a new phase is in it by itself.</summary>
internal static class FaultMatrix
{
    private static readonly string[] Ends = [nameof(BackupPhase.Completed), nameof(BackupPhase.Failed), nameof(BackupPhase.Cancelled)];

    /// <summary>In these the run has no Job yet.</summary>
    private static readonly string[] BeforeTheJob = [nameof(BackupPhase.Pending), nameof(BackupPhase.Queued)];

    public static IReadOnlyList<string> Phases(RunOf run) =>
        [.. (run == RunOf.Backup ? Enum.GetNames<BackupPhase>() : Enum.GetNames<RestorePhase>()).Except(Ends)];

    public static IReadOnlyList<Cell> All =>
    [
        .. from run in Enum.GetValues<RunOf>()
           from phase in Phases(run)
           from component in Enum.GetValues<Component>()
           from kind in Enum.GetValues<FaultKind>()
           let cell = new Cell(run, phase, component, kind)
           where Exists(cell)
           select cell,
    ];

    /// <summary>
    /// For every day: each component once in a backup and once in a restore, with kinds and phases that move on, so that
    /// all of them occur. What lasts long is left to the whole matrix.
    /// </summary>
    public static IReadOnlyList<Cell> Sample
    {
        get
        {
            var sample = new List<Cell>();
            foreach (var run in Enum.GetValues<RunOf>())
            {
                var phases = Phases(run).Except(BeforeTheJob).ToList();
                foreach (var component in Enum.GetValues<Component>())
                {
                    var kinds = Enum.GetValues<FaultKind>().Where(kind => Exists(new Cell(run, phases[0], component, kind))).ToList();
                    var at = (int)component;
                    sample.Add(new Cell(run, phases[(at + (run == RunOf.Backup ? 2 : 4)) % phases.Count], component, kinds[(at + (int)run) % kinds.Count]));
                }
            }

            return sample;
        }
    }

    public static bool Exists(Cell cell)
    {
        var needsSidecar = cell.Component is Component.Sidecar or Component.OperatorAndSidecar;
        return !(needsSidecar && BeforeTheJob.Contains(cell.Phase))
            && !(cell.Component == Component.OperatorAndSidecar && cell.Kind != FaultKind.Killed);
    }
}
