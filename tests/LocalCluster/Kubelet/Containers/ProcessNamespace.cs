using System.Diagnostics;

namespace BackupOperator.LocalCluster.Kubelet.Containers;

/// <summary>
/// A pid namespace that all containers of a node live in. Its first process waits for the end of a pipe whose other
/// end only this process holds: when this process goes, however it goes, the kernel kills every process inside.
/// </summary>
public sealed class ProcessNamespace : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);

    private readonly Process holder;

    private ProcessNamespace(Process holder, int pid)
    {
        this.holder = holder;
        Pid = pid;
    }

    /// <summary>The first process of the namespace, as the machine numbers it.</summary>
    public int Pid { get; }

    /// <exception cref="ContainerStartException">This process may not create namespaces.</exception>
    public static async Task<ProcessNamespace> CreateAsync(CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "unshare", "--pid", "--fork", "--kill-child=KILL", "/bin/sh", "-c",
                "trap '' INT TERM HUP; read -r pid rest < /proc/self/stat; echo $pid; exec 1>&-; read -r line",
            },
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        var process = Process.Start(start) ?? throw new ContainerStartException("unshare did not start");
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTimeout);
        var line = await process.StandardOutput.ReadLineAsync(timeout.Token);
        if (int.TryParse(line, out var pid))
        {
            return new ProcessNamespace(process, pid);
        }

        var error = await process.StandardError.ReadToEndAsync(timeout.Token);
        throw new ContainerStartException(
            $"LocalCluster runs containers in namespaces of their own and needs root (CAP_SYS_ADMIN) for it: {error.Trim()}");
    }

    /// <summary>Kills everything in the namespace, as a power cut would.</summary>
    public void Kill()
    {
        if (!holder.HasExited)
        {
            Signals.Send(Pid, Signals.Kill);
            holder.WaitForExit();
        }
    }

    public void Dispose()
    {
        Kill();
        holder.Dispose();
    }
}
