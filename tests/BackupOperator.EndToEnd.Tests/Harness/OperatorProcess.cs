using System.Diagnostics;
using System.Text;
using BackupOperator.TestSupport.Programs;

namespace BackupOperator.EndToEnd.Tests.Harness;

/// <summary>The operator as a process of its own, so that it can be killed.</summary>
/// <param name="replica">The name of its pod where it is one of several; null: it needs no election.</param>
internal sealed class OperatorProcess(string kubeconfig, string sidecarImage, string? replica = null) : IAsyncDisposable
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
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(BuiltProgram.Operator);
        start.ArgumentList.Add("run");
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["SIDECAR_IMAGE"] = sidecarImage;
        start.Environment["LEADER_ELECTION"] = replica is null ? "false" : "true";
        start.Environment["POD_NAME"] = replica ?? "operator";
        start.Environment["METRICS_BIND_ADDRESS"] = "0";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>SIGKILL.</summary>
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

    public async ValueTask DisposeAsync() => await KillAsync();

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            _log.AppendLine(line.Data);
        }
    }
}
