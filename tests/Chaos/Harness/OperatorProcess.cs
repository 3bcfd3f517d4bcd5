using System.Diagnostics;
using System.Text;
using BackupOperator.LocalCluster.Kubelet.Containers;
using BackupOperator.TestSupport.Programs;

namespace BackupOperator.Chaos.Harness;

/// <summary>The operator, as a process of its own.</summary>
internal sealed class OperatorProcess(string kubeconfig, string sidecarImage) : IAsyncDisposable
{
    private readonly StringBuilder _log = new();
    private Process? _process;

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public void Start()
    {
        var start = new ProcessStartInfo("dotnet", [BuiltProgram.Operator, "run"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["SIDECAR_IMAGE"] = sidecarImage;
        start.Environment["LEADER_ELECTION"] = "false";
        start.Environment["METRICS_BIND_ADDRESS"] = "0";
        start.Environment["MAX_CONCURRENT_RUNS"] = "64";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    public void Signal(int signal) => Signals.Send(_process!.Id, signal);

    public async ValueTask DisposeAsync() => await KillAsync();

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            _log.AppendLine(line.Data);
        }
    }
}
