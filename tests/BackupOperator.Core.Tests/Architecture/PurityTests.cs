using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Tests.Architecture;

public sealed class PurityTests
{
    [Fact]
    public void The_core_depends_on_nothing_but_the_runtime() =>
        typeof(RunPlanner).Assembly.GetReferencedAssemblies().Select(a => a.Name)
            .ShouldAllBe(name => name!.StartsWith("System.", StringComparison.Ordinal));

    [Theory]
    [InlineData("System.Net.Http")]
    [InlineData("System.Diagnostics.Process")]
    [InlineData("System.IO.FileSystem")]
    [InlineData("System.Threading.Thread")]
    public void The_core_has_no_hands(string assembly) =>
        typeof(RunPlanner).Assembly.GetReferencedAssemblies().Select(a => a.Name).ShouldNotContain(assembly);
}
