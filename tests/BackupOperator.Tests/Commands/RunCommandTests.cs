using BackupOperator.Commands;

namespace BackupOperator.Tests.Commands;

public sealed class RunCommandTests
{
    private static readonly RunCommand Command = new();

    [Fact]
    public void Every_flag_has_a_variable() =>
        Command.FromEnvironment([], name => name.ToLowerInvariant()).ShouldBe(Command.Options.Select(o => $"{o.Name}={o.Name.TrimStart('-').Replace('-', '_')}"));

    [Theory]
    [InlineData("--sidecar-image", "x")]
    [InlineData("--sidecar-image=x")]
    public void The_command_line_wins(params string[] args) =>
        Command.FromEnvironment(args, name => name == "SIDECAR_IMAGE" ? "y" : null).ShouldBeEmpty();

    [Fact]
    public void An_empty_variable_is_none() => Command.FromEnvironment([], _ => "").ShouldBeEmpty();

    [Theory]
    [InlineData("--max-concurrent-runs=many")]
    [InlineData("--leader-election=perhaps")]
    [InlineData("--log-level=Loud")]
    [InlineData("--no-such-flag")]
    public void Nonsense_is_refused(string flag) => new System.CommandLine.RootCommand { Command }.Parse(["run", flag]).Errors.ShouldNotBeEmpty();
}
