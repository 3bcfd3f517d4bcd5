using System.Diagnostics;

namespace BackupOperator.LocalCluster.Kubelet.Containers;

/// <summary>
/// A running container: a real process, the first of its own pid and mount namespaces. As in a real container it does
/// not receive a SIGTERM that it has no handler for, and its end is the end of all processes beside it.
/// </summary>
public sealed class ContainerProcess : IAsyncDisposable
{
    private const int MaxMessage = 4096;

    // The shell's first child is the container's first process. "unshare --fork" would do, but tells a SIGKILL as exit code 1.
    private const string Waiter = "exec 2>/dev/null; /bin/sh \"$1\"; exit $?";

    private readonly Process process;
    private readonly string pidNamespace;
    private readonly TimeProvider time;

    private ContainerProcess(Process process, ContainerSpec spec, int hostPid, TimeProvider time)
    {
        this.process = process;
        this.time = time;
        Spec = spec;
        HostPid = hostPid;
        pidNamespace = NamespaceOf(hostPid) ?? "";
        StartedAt = time.GetUtcNow();
        Completion = WaitAsync();
    }

    public ContainerSpec Spec { get; }

    /// <summary>The container's first process, as the machine numbers it.</summary>
    public int HostPid { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Ends with the container; never faults.</summary>
    public Task<ContainerExit> Completion { get; }

    /// <exception cref="ContainerStartException">The container could not be built, or its program not be found.</exception>
    public static async Task<ContainerProcess> StartAsync(
        ProcessNamespace node, ContainerSpec spec, TimeProvider time, CancellationToken cancellationToken = default)
    {
        Directory.CreateDirectory(spec.Directory);
        await File.WriteAllTextAsync(spec.TerminationLogFile, "", cancellationToken);
        File.SetUnixFileMode(spec.TerminationLogFile, (UnixFileMode)0b110_110_110);
        var script = Path.Combine(spec.Directory, "start.sh");
        await File.WriteAllTextAsync(script, ContainerScript.Build(spec), cancellationToken);

        var start = new ProcessStartInfo("/usr/bin/setsid") { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var argument in (string[])
            ["/usr/bin/nsenter", "--target", $"{node.Pid}", "--pid", "--", "/usr/bin/unshare", "--mount", "--pid", "--uts", "--ipc",
             "--propagation", "private", "/bin/sh", "-c", Waiter, "sh", script])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        var started = Process.Start(start) ?? throw new ContainerStartException("nsenter did not start");
        started.StandardInput.Close();
        try
        {
            var pid = await ReadStartAsync(started, cancellationToken);
            started.StandardOutput.Close();
            await BecomesProgramAsync(pid, script, time, cancellationToken);
            return new ContainerProcess(started, spec, pid, time);
        }
        catch
        {
            started.Dispose();
            throw;
        }
    }

    /// <summary>Sends a signal to the container's first process.</summary>
    /// <returns>False where it is gone.</returns>
    public bool Signal(int signal) => !Completion.IsCompleted && Signals.Send(HostPid, signal);

    /// <summary>Stops (SIGSTOP) or continues (SIGCONT) every process of the container.</summary>
    public void SignalAll(int signal)
    {
        foreach (var pid in HostPids())
        {
            Signals.Send(pid, signal);
        }
    }

    /// <summary>SIGTERM, and SIGKILL for all of the container's processes when <paramref name="grace"/> is over.</summary>
    public async Task<ContainerExit> StopAsync(TimeSpan grace, CancellationToken cancellationToken = default)
    {
        if (grace > TimeSpan.Zero && Signal(Signals.Terminate))
        {
            try
            {
                return await Completion.WaitAsync(grace, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // It had its time.
            }
        }

        Signal(Signals.Kill);
        return await Completion.WaitAsync(cancellationToken);
    }

    /// <summary>Every process of the container, as the machine numbers them.</summary>
    public IReadOnlyList<int> HostPids()
    {
        if (Completion.IsCompleted)
        {
            return [];
        }

        var pids = new List<int>();
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path.AsSpan()), out var pid) && NamespaceOf(pid) == pidNamespace)
            {
                pids.Add(pid);
            }
        }

        return pids;
    }

    /// <summary>Runs a command inside the container.</summary>
    /// <returns>Its exit code (137 when <paramref name="timeout"/> was over) and what it wrote.</returns>
    public async Task<(int ExitCode, string Output)> ExecAsync(
        IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo("/usr/bin/nsenter")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (IEnumerable<string>)
            [
                "--target", $"{HostPid}", "--mount", "--pid", "--uts", "--ipc", "--root", "--wd", "--",
                "/usr/bin/timeout", "--signal=KILL", FormattableString.Invariant($"{timeout.TotalSeconds:0.###}"),
                "/usr/bin/setpriv", .. Spec.User.SetprivArguments(), "--", .. command,
            ])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        foreach (var (name, value) in Spec.Environment)
        {
            start.Environment[name] = value;
        }

        using var exec = Process.Start(start)!;
        exec.StandardInput.Close();
        var output = exec.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = exec.StandardError.ReadToEndAsync(cancellationToken);
        await exec.WaitForExitAsync(cancellationToken);
        return (exec.ExitCode, await output + await error);
    }

    public async ValueTask DisposeAsync()
    {
        Signal(Signals.Kill);
        await Completion;
        process.Dispose();
    }

    private static async Task<int> ReadStartAsync(Process process, CancellationToken cancellationToken)
    {
        var pid = 0;
        var said = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line == "started")
            {
                return pid;
            }

            if (pid == 0 && line.StartsWith("pid ", StringComparison.Ordinal) && int.TryParse(line.AsSpan(4), out pid))
            {
                continue;
            }

            said.Add(line);
        }

        await process.WaitForExitAsync(cancellationToken);
        throw new ContainerStartException(said.Count > 0 ? string.Join("; ", said) : $"the container ended with {process.ExitCode} before it started");
    }

    /// <summary>
    /// Waits for the last exec. A SIGTERM before it would be lost: the first process of a namespace ignores what it has
    /// no handler for.
    /// </summary>
    private static async Task BecomesProgramAsync(int pid, string script, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < 500; tries++)
        {
            string commandLine;
            try
            {
                commandLine = await File.ReadAllTextAsync($"/proc/{pid}/cmdline", cancellationToken);
            }
            catch (IOException)
            {
                return;
            }

            if (!commandLine.Contains(script, StringComparison.Ordinal) && !commandLine.StartsWith("setpriv\0--reuid", StringComparison.Ordinal))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), time, cancellationToken);
        }
    }

    private static string? NamespaceOf(int pid)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{pid}/ns/pid", returnFinalTarget: false)?.Name;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private async Task<ContainerExit> WaitAsync()
    {
        await process.WaitForExitAsync(CancellationToken.None);
        return new ContainerExit(process.ExitCode, StartedAt, time.GetUtcNow(), ReadMessage());
    }

    private string? ReadMessage()
    {
        try
        {
            var text = File.ReadAllText(Spec.TerminationLogFile);
            return text.Length == 0 ? null : text[..Math.Min(text.Length, MaxMessage)];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
