using BackupOperator.Chaos.Reports;

namespace BackupOperator.Chaos.Tests;

public sealed class ReliabilityPageTests
{
    [Fact]
    public void The_page_has_a_place_for_every_cell_of_the_matrix_and_none_that_failed()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "reliability.md"));
        var tables = page[page.IndexOf(ReliabilityPage.Begin, StringComparison.Ordinal)..page.IndexOf(ReliabilityPage.End, StringComparison.Ordinal)];
        var rows = tables.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).ToList();

        foreach (var run in Enum.GetValues<RunOf>())
        {
            var header = rows.FindIndex(row => row.StartsWith($"| {run}: phase", StringComparison.Ordinal));
            header.ShouldBeGreaterThanOrEqualTo(0);
            var phases = FaultMatrix.Phases(run);
            for (var i = 0; i < phases.Count; i++)
            {
                var columns = rows[header + 1 + i].Split('|', StringSplitOptions.TrimEntries)[1..^1];
                columns[0].ShouldBe(phases[i]);
                columns.Length.ShouldBe(1 + Enum.GetValues<Component>().Length);
                foreach (var component in Enum.GetValues<Component>())
                {
                    var outcomes = columns[1 + (int)component].Split(' ');
                    foreach (var kind in Enum.GetValues<FaultKind>())
                    {
                        outcomes[(int)kind].ShouldBeOneOf(FaultMatrix.Exists(new Cell(run, phases[i], component, kind)) ? ["C", "F", "?"] : ["–"]);
                    }
                }
            }
        }
    }
}
