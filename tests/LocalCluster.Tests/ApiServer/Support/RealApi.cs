using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using BackupOperator.LocalCluster.ApiServer.Json;

namespace BackupOperator.LocalCluster.Tests.ApiServer.Support;

/// <summary>
/// A real kube-apiserver: the one that CONFORMANCE_KUBECONFIG names, or one that is started from the programs
/// <c>etcd</c> and <c>kube-apiserver</c> in the folder KUBEBUILDER_ASSETS.
/// </summary>
public sealed class RealApi : IApiServer
{
    private static readonly string? Assets = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
    private static readonly string? Kubeconfig = Environment.GetEnvironmentVariable("CONFORMANCE_KUBECONFIG");
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"real-api-{Guid.NewGuid():N}");
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly List<Process> processes = [];
    private ApiClient? admin;

    /// <summary>Why there is no real server to ask; null where there is one.</summary>
    public static string? Unavailable => string.IsNullOrEmpty(Assets) && string.IsNullOrEmpty(Kubeconfig)
        ? "not asked of a real API server: neither KUBEBUILDER_ASSETS (etcd, kube-apiserver) nor CONFORMANCE_KUBECONFIG is set"
        : null;

    public async Task<ApiClient> AdminAsync()
    {
        await gate.WaitAsync();
        try
        {
            return admin ??= string.IsNullOrEmpty(Kubeconfig) ? await StartAsync() : Read(Kubeconfig);
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(processes))
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        gate.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static ApiClient Read(string file)
    {
        var config = YamlReading.ParseAll(File.ReadAllText(file))[0]!;
        return new ApiClient(config["clusters"]![0]!["cluster"]!["server"]!.GetValue<string>(), config["users"]![0]!["user"]!["token"]!.GetValue<string>());
    }

    private async Task<ApiClient> StartAsync()
    {
        Directory.CreateDirectory(folder);
        var (client, peer, port) = (FreePort(), FreePort(), FreePort());
        Start(
            "etcd",
            "--data-dir", Path.Combine(folder, "etcd"),
            "--listen-client-urls", $"http://127.0.0.1:{client}",
            "--advertise-client-urls", $"http://127.0.0.1:{client}",
            "--listen-peer-urls", $"http://127.0.0.1:{peer}",
            "--initial-advertise-peer-urls", $"http://127.0.0.1:{peer}",
            "--initial-cluster", $"default=http://127.0.0.1:{peer}",
            "--unsafe-no-fsync");
        var key = Path.Combine(folder, "sa.key");
        using (var rsa = RSA.Create(2048))
        {
            await File.WriteAllTextAsync(key, rsa.ExportPkcs8PrivateKeyPem());
        }

        var tokens = Path.Combine(folder, "tokens.csv");
        await File.WriteAllTextAsync(tokens, "admin-token,kubernetes-admin,1,\"system:masters\"\n");
        Start(
            "kube-apiserver",
            $"--etcd-servers=http://127.0.0.1:{client}",
            $"--cert-dir={Path.Combine(folder, "certs")}",
            $"--secure-port={port}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.97.0.0/24",
            $"--token-auth-file={tokens}",
            "--authorization-mode=RBAC",
            $"--service-account-key-file={key}",
            $"--service-account-signing-key-file={key}",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--disable-admission-plugins=ServiceAccount");
        var url = $"https://127.0.0.1:{port}";
        var started = new ApiClient(url, "admin-token");
        await ReadyAsync(started);
        return started;
    }

    private static async Task ReadyAsync(ApiClient client)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                if ((await client.Get("/readyz")).Code == 200 && (await client.Get("/api/v1/namespaces/default")).Code == 200)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!timeout.IsCancellationRequested)
            {
            }

            timeout.Token.ThrowIfCancellationRequested();
            await Task.Delay(200);
        }
    }

    private void Start(string program, params string[] arguments)
    {
        var process = new Process { StartInfo = new ProcessStartInfo(Path.Combine(Assets!, program), arguments) { RedirectStandardError = true, RedirectStandardOutput = true } };
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        processes.Add(process);
    }
}
