using BackupOperator.Core.Backups;
using BackupOperator.Core.Restores;

namespace BackupOperator.Chaos.Tests;

/// <summary>What the matrix has in it.</summary>
public sealed class FaultMatrixTests
{
    [Fact]
    public void The_matrix_has_every_component_in_every_phase_with_every_fault()
    {
        var all = FaultMatrix.All;

        all.Count.ShouldBeGreaterThanOrEqualTo(100);
        all.ShouldBeUnique();
        foreach (var (run, phase) in Enum.GetNames<BackupPhase>().Select(phase => (RunOf.Backup, phase)).Concat(Enum.GetNames<RestorePhase>().Select(phase => (RunOf.Restore, phase))))
        {
            var expected = phase is "Completed" or "Failed" or "Cancelled" ? 0 : phase is "Pending" or "Queued" ? 15 : 19;
            all.Count(cell => cell.Run == run && cell.Phase == phase).ShouldBe(expected, $"{run} {phase}");
        }
    }

    [Fact]
    public void The_sample_strikes_each_component_in_a_backup_and_in_a_restore_and_in_all_ways()
    {
        var sample = FaultMatrix.Sample;

        sample.ShouldBeSubsetOf(FaultMatrix.All);
        sample.Select(cell => (cell.Run, cell.Component)).ShouldBe(
            from run in Enum.GetValues<RunOf>() from component in Enum.GetValues<Component>() select (run, component), ignoreOrder: true);
        sample.Select(cell => cell.Kind).Distinct().Count().ShouldBe(3);
    }
}
