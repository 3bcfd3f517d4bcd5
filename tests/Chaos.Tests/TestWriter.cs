using System.Text;

namespace BackupOperator.Chaos.Tests;

/// <summary>Lines for the log of a test.</summary>
internal sealed class TestWriter(ITestOutputHelper output) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void WriteLine(string? value) => output.WriteLine(value ?? "");
}
