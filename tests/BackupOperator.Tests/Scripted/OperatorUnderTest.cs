using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using BackupOperator.TestSupport.Programs;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Tests.Scripted;

/// <summary>The operator as a process, with its output and its port.</summary>
internal sealed class OperatorUnderTest : IAsyncDisposable
{
    private readonly Process process;
    private readonly HttpClient http = new();
    private readonly int port = FreePort.Find();

    public OperatorUnderTest(string kubeconfig, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [BuiltProgram.Operator]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["LOG_FORMAT"] = "Json";
        start.Environment["LOG_LEVEL"] = "Verbose";
        start.Environment["METRICS_BIND_ADDRESS"] = $"127.0.0.1:{port}";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public ConcurrentQueue<string> Lines { get; } = new();

    public IEnumerable<JsonNode> Log => Lines.Select(l => JsonNode.Parse(l)!);

    /// <returns>0 where nobody answers.</returns>
    public async Task<int> StatusAsync(string path)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"), TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    public Task<string> TextAsync(string path) => http.GetStringAsync(new Uri($"http://127.0.0.1:{port}{path}"), TestContext.Current.CancellationToken);

    public Task<string> MetricsAsync() => http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"), TestContext.Current.CancellationToken);

    public async Task<double> SumAsync(string metric) => (await MetricsAsync()).Split('\n')
        .Where(l => l.StartsWith(metric + "{", StringComparison.Ordinal) || l.StartsWith(metric + " ", StringComparison.Ordinal))
        .Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));

    public Task UntilAsync(Func<Task<bool>> holds, string what) =>
        Eventually.GetAsync(async () => await holds() ? "yes" : null, _ => true, $"{what}; the log: {string.Join('\n', Lines.TakeLast(20))}");

    public Task ReadyAsync() => UntilAsync(async () => await StatusAsync("/readyz") == (int)HttpStatusCode.OK, "ready");

    public Task LeadsAsync() => UntilAsync(async () => await StatusAsync("/readyz") == 200 && await SumAsync("mysqlbackup_leader") == 1, "leads");

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();

    public async Task<int> ExitCodeAsync(TimeSpan within)
    {
        using var timeout = new CancellationTokenSource(within);
        await process.WaitForExitAsync(timeout.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
        http.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            Lines.Enqueue(text);
        }
    }
}
