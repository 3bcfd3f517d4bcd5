using System.Net.Sockets;
using BackupOperator.LocalCluster.Kubelet.Containers;

namespace BackupOperator.LocalCluster.Kubelet.Probes;

/// <summary>Asks a container the question of a probe, once.</summary>
internal sealed class Prober(V1Container container, string podIp) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
#pragma warning disable CA5359 // A kubelet does not verify the certificates of probed pods either.
        SslOptions = new() { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
    });

    /// <returns>Null for success, or what was wrong.</returns>
    public async Task<string?> AskAsync(V1Probe probe, ContainerProcess process, CancellationToken cancellationToken)
    {
        var timeout = TimeSpan.FromSeconds(Math.Max(probe.TimeoutSeconds ?? 1, 1));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout + TimeSpan.FromSeconds(1));
        try
        {
            return probe switch
            {
                { Exec: { } exec } => await ExecAsync(exec, process, timeout, limit.Token),
                { TcpSocket: { } socket } => await ConnectAsync(socket, timeout, limit),
                { HttpGet: { } get } => await GetAsync(get, timeout, limit),
                _ => "this kind of probe is not known to LocalCluster",
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"timed out after {timeout.TotalSeconds:0} s";
        }
        catch (Exception error) when (error is SocketException or HttpRequestException)
        {
            return error.Message;
        }
    }

    public void Dispose() => http.Dispose();

    private static async Task<string?> ExecAsync(
        V1ExecAction exec, ContainerProcess process, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var (code, output) = await process.ExecAsync(exec.Command ?? [], timeout, cancellationToken);
        return code == 0 ? null : code == 137 ? $"command timed out after {timeout.TotalSeconds:0} s" : output.Trim();
    }

    private async Task<string?> ConnectAsync(V1TcpSocketAction action, TimeSpan timeout, CancellationTokenSource limit)
    {
        limit.CancelAfter(timeout);
        using var socket = new TcpClient();
        await socket.ConnectAsync(Host(action.Host), Port(action.Port), limit.Token);
        return null;
    }

    private async Task<string?> GetAsync(V1HttpGetAction action, TimeSpan timeout, CancellationTokenSource limit)
    {
        limit.CancelAfter(timeout);
        var scheme = action.Scheme == "HTTPS" ? "https" : "http";
        var path = (action.Path ?? "/").TrimStart('/');
        using var answer = await http.GetAsync($"{scheme}://{Host(action.Host)}:{Port(action.Port)}/{path}", limit.Token);
        var code = (int)answer.StatusCode;
        return code is >= 200 and < 400 ? null : $"HTTP probe failed with statuscode: {code}";
    }

    private string Host(string? host) => string.IsNullOrEmpty(host) ? podIp : host;

    private int Port(IntOrString? port) =>
        port?.Number ?? container.Ports?.Find(named => named.Name == port?.Text)?.ContainerPort ?? 0;
}
