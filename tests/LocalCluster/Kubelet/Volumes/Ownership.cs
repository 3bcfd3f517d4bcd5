using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BackupOperator.LocalCluster.Kubelet.Volumes;

/// <summary>Owners and groups of files (<c>lchown(2)</c>).</summary>
internal static partial class Ownership
{
    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    public static void Set(string path, long? uid, long? gid)
    {
        if (lchown(path, (uint)(uid ?? uint.MaxValue), (uint)(gid ?? uint.MaxValue)) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"chown of {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Gives a volume to a group, as a pod's <c>fsGroup</c> asks for: group, read and write for it, setgid on folders.</summary>
    public static async Task GiveToGroupAsync(string folder, long gid, CancellationToken cancellationToken)
    {
        await RunAsync(["chgrp", "--recursive", $"{gid}", folder], cancellationToken);
        await RunAsync(["chmod", "--recursive", "g+rwX", folder], cancellationToken);
        await RunAsync(["find", folder, "-type", "d", "-exec", "chmod", "g+s", "{}", "+"], cancellationToken);
    }

    private static async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new VolumeNotReadyException($"{string.Join(' ', command)}: {error.Trim()}");
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint owner, uint group);
}
