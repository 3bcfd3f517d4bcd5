using System.Diagnostics;
using BackupOperator.TestSupport.Programs;

namespace BackupOperator.Demo.Stage;

/// <summary>The operator, as a process beside the cluster; it goes when this process goes.</summary>
internal sealed class OperatorProcess : IAsyncDisposable
{
    // Ends the operator when the standard input ends: that is, when this process dies. A parent-death signal would come
    // as soon as the thread that started it does, and idle threads of a pool are ended.
    private const string Leash = """
        exec 3<&0
        (cat <&3 >/dev/null; kill -TERM $$) >/dev/null 2>&1 &
        exec "$@" </dev/null 3<&-
        """;

    private readonly Process _process;
    private readonly StreamWriter _log;

    private OperatorProcess(Process process, StreamWriter log)
    {
        _process = process;
        _log = log;
    }

    public int Id => _process.Id;

    /// <summary>Whether it has ended, which it does not do by itself.</summary>
    public bool HasEnded => _process.HasExited;

    public static OperatorProcess Start(string kubeconfig, string sidecarImage, string logFile)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Leash, "leash", "dotnet", BuiltProgram.Operator, "run"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["SIDECAR_IMAGE"] = sidecarImage;
        start.Environment["LEADER_ELECTION"] = "false";
        start.Environment["METRICS_BIND_ADDRESS"] = "0";
        var log = new StreamWriter(logFile) { AutoFlush = true };
        var process = Process.Start(start) ?? throw new InvalidOperationException("The operator cannot be started.");
        var running = new OperatorProcess(process, log);
        process.OutputDataReceived += running.Keep;
        process.ErrorDataReceived += running.Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return running;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        lock (_log)
        {
            _log.Dispose();
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            lock (_log)
            {
                if (_log.BaseStream is { CanWrite: true })
                {
                    _log.WriteLine(text);
                }
            }
        }
    }
}
