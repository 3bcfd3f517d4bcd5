using System.Diagnostics;
using System.Text;
using BackupOperator.LocalCluster.Kubelet.Containers;

namespace BackupOperator.Chaos.Harness;

/// <summary>The operator, as a process of its own, set up as it is installed: it leads while it has the Lease, and is started again when it ends.</summary>
internal sealed class OperatorProcess(string program, string kubeconfig, string sidecarImage) : IAsyncDisposable
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

    // As a kubelet does.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly StringBuilder _log = new();
    private readonly Lock _gate = new();
    private Process? _keeper;
    private Task _end = Task.CompletedTask;
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
        lock (_gate)
        {
            string[] command = program.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet", program] : [Path.GetFullPath(program)];
            var start = new ProcessStartInfo("/bin/sh", ["-c", Keeper, "keeper", .. command, "run"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            };
            start.Environment["KUBECONFIG"] = kubeconfig;
            start.Environment["SIDECAR_IMAGE"] = sidecarImage;
            start.Environment["LEADER_ELECTION"] = "true";
            start.Environment["LEADER_ELECTION_NAMESPACE"] = Resources.OperatorNamespace;
            start.Environment["METRICS_BIND_ADDRESS"] = "0";
            start.Environment["MAX_CONCURRENT_RUNS"] = "64";
            var keeper = Process.Start(start)!;
            _keeper = keeper;
            _pid = int.Parse(keeper.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
            keeper.ErrorDataReceived += Keep;
            keeper.BeginErrorReadLine();
            _end = EndAsync(keeper);
            _ = StartAgainAsync(keeper, _end);
        }
    }

    public async Task KillAsync()
    {
        Process? keeper;
        lock (_gate)
        {
            (keeper, _keeper) = (_keeper, null);
        }

        if (keeper is not null)
        {
            Signals.Send(_pid, Signals.Kill);
            keeper.StandardInput.Close();
            await _end;
        }
    }

    public void Signal(int signal) => Signals.Send(_pid, signal);

    public async ValueTask DisposeAsync() => await KillAsync();

    private static async Task EndAsync(Process keeper)
    {
        using (keeper)
        {
            await keeper.WaitForExitAsync();
        }
    }

    // It ends by itself when it loses the Lease.
    private async Task StartAgainAsync(Process keeper, Task end)
    {
        await end;
        await Task.Delay(Pause);
        lock (_gate)
        {
            if (_keeper == keeper)
            {
                Start();
            }
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            _log.AppendLine(line.Data);
        }
    }
}
