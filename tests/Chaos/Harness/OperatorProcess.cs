using System.Diagnostics;
using System.Text;
using BackupOperator.LocalCluster.Kubelet.Containers;
using BackupOperator.TestSupport.Programs;

namespace BackupOperator.Chaos.Harness;

/// <summary>The operator, as a process of its own.</summary>
internal sealed class OperatorProcess(string kubeconfig, string sidecarImage) : IAsyncDisposable
{
    // Kills the operator when the standard input ends: that is, when this programme does, however it does.
    private const string Keeper = """
        exec 3<&0
        "$@" </dev/null >&2 3<&- &
        operator=$!
        echo $operator
        (cat <&3 >/dev/null; kill -KILL $operator 2>/dev/null) >/dev/null 2>&1 &
        wait $operator
        """;

    private readonly StringBuilder _log = new();
    private Process? _keeper;
    private int _pid;

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
        var start = new ProcessStartInfo("/bin/sh", ["-c", Keeper, "keeper", "dotnet", BuiltProgram.Operator, "run"])
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
        _keeper = Process.Start(start)!;
        _pid = int.Parse(_keeper.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        _keeper.ErrorDataReceived += Keep;
        _keeper.BeginErrorReadLine();
    }

    public async Task KillAsync()
    {
        if (_keeper is { } keeper)
        {
            _keeper = null;
            Signals.Send(_pid, Signals.Kill);
            keeper.StandardInput.Close();
            await keeper.WaitForExitAsync();
            keeper.Dispose();
        }
    }

    public void Signal(int signal) => Signals.Send(_pid, signal);

    public async ValueTask DisposeAsync() => await KillAsync();

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            _log.AppendLine(line.Data);
        }
    }
}
