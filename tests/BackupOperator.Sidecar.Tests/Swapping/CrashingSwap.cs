using System.Diagnostics;
using System.Runtime.CompilerServices;
using BackupOperator.Sidecar.Swapping;

namespace BackupOperator.Sidecar.Tests.Swapping;

/// <summary>
/// Runs a swap in a child process that kills itself with SIGKILL before the nth change of the disk. The child is this
/// test assembly: the module initializer takes over where the environment says so.
/// </summary>
internal static class CrashingSwap
{
    private const string Variable = "CRASHING_SWAP";
    private const int Killed = 128 + 9;

    /// <returns>False where the child reached its end before the nth change.</returns>
    public static async Task<bool> RunAsync(string folder, bool undo, int dieBefore, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(CrashingSwap).Assembly.Location);
        }

        start.Environment[Variable] = $"{dieBefore}|{undo}|{folder}";
        using var child = Process.Start(start)!;
        var error = child.StandardError.ReadToEndAsync(cancellationToken);
        await child.WaitForExitAsync(cancellationToken);
        child.ExitCode.ShouldBeOneOf([0, Killed], await error);
        return child.ExitCode == Killed;
    }

#pragma warning disable CA2255 // The child process is to do nothing else.
    [ModuleInitializer]
    internal static void RunInChild()
#pragma warning restore CA2255
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split('|') is not [var dieBefore, var undo, var folder])
        {
            return;
        }

        var swap = new DirectorySwap(SwapFolders.Locate(folder, SwapFixture.Id), new KillingMover(int.Parse(dieBefore)));
        if (bool.Parse(undo))
        {
            swap.Undo("a test wants it");
        }
        else
        {
            swap.Complete();
        }

        Environment.Exit(0);
    }

    private sealed class KillingMover(int dieBefore) : IEntryMover
    {
        private readonly EntryMover _mover = new();
        private int _count;

        public void Move(string from, string to)
        {
            DieInTime();
            _mover.Move(from, to);
        }

        public void Flush(string directory)
        {
            DieInTime();
            _mover.Flush(directory);
        }

        private void DieInTime()
        {
            if (++_count == dieBefore)
            {
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite);
            }
        }
    }
}
