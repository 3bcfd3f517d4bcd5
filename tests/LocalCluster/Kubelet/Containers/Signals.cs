using System.ComponentModel;
using System.Runtime.InteropServices;

namespace BackupOperator.LocalCluster.Kubelet.Containers;

/// <summary>Signals to processes of this machine (<c>kill(2)</c>).</summary>
public static partial class Signals
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    private const int NoSuchProcess = 3;

    /// <returns>False where the process is gone already.</returns>
    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    public static bool Send(int pid, int signal)
    {
        if (kill(pid, signal) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess ? false : throw new Win32Exception(error);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
