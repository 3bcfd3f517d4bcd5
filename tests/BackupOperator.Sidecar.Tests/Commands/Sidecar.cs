using System.Diagnostics;
using BackupOperator.TestSupport.Programs;

namespace BackupOperator.Sidecar.Tests.Commands;

/// <summary>Runs the program as a process of its own.</summary>
internal static class Sidecar
{
    public sealed record Outcome(int ExitCode, string Output, string Error);

    public static ProcessStartInfo Start(params string[] arguments)
    {
        return new ProcessStartInfo("dotnet", [BuiltProgram.Sidecar, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
    }

    public static Task<Outcome> RunAsync(params string[] arguments) => RunAsync(Start(arguments));

    public static async Task<Outcome> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return new Outcome(process.ExitCode, await output, await error);
    }
}
