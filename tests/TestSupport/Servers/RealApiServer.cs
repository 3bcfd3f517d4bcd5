using System.Diagnostics;
using System.Security.Cryptography;

namespace BackupOperator.TestSupport.Servers;

/// <summary>
/// A real kube-apiserver and its etcd, from the folder that <c>KUBEBUILDER_ASSETS</c> names, or a cluster of whoever runs
/// the tests, which <c>KUBECONFIG_CONFORMANCE</c> names (its namespaces are used freely). Conformance tests compare the
/// stand-in with it.
/// </summary>
public sealed class RealApiServer : IAsyncDisposable
{
    private const string Token = "conformance-token";

    private readonly string? _folder;
    private readonly List<Process> _processes = [];

    private RealApiServer(string kubeconfig, string? folder)
    {
        KubeconfigPath = kubeconfig;
        _folder = folder;
    }

    /// <summary>Null where there is one to test against; otherwise what to set.</summary>
    public static string? WhyNot =>
        Variable("KUBECONFIG_CONFORMANCE") is null && Variable("KUBEBUILDER_ASSETS") is null
            ? "Neither KUBECONFIG_CONFORMANCE nor KUBEBUILDER_ASSETS is set: not compared with a real API server."
            : null;

    public string KubeconfigPath { get; }

    public static async Task<RealApiServer> StartAsync(CancellationToken cancellationToken = default)
    {
        if (Variable("KUBECONFIG_CONFORMANCE") is { } kubeconfig)
        {
            return new(kubeconfig, null);
        }

        var folder = Directory.CreateTempSubdirectory("apiserver-").FullName;
        var server = new RealApiServer(Path.Combine(folder, "kubeconfig"), folder);
        try
        {
            await server.StartProcessesAsync(Variable("KUBEBUILDER_ASSETS")!, folder, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The API server first: without its etcd it would wait long for nothing.
        foreach (var process in Enumerable.Reverse(_processes))
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task StartProcessesAsync(string assets, string folder, CancellationToken cancellationToken)
    {
        var (etcd, port) = ($"http://127.0.0.1:{FreePort.Find()}", FreePort.Find());
        Start(Path.Combine(assets, "etcd"),
            $"--data-dir={folder}/etcd", $"--listen-client-urls={etcd}", $"--advertise-client-urls={etcd}",
            $"--listen-peer-urls=http://127.0.0.1:{FreePort.Find()}", "--unsafe-no-fsync");
        using (var key = RSA.Create(2048))
        {
            await File.WriteAllTextAsync($"{folder}/sa.key", key.ExportPkcs8PrivateKeyPem(), cancellationToken);
            await File.WriteAllTextAsync($"{folder}/sa.pub", key.ExportSubjectPublicKeyInfoPem(), cancellationToken);
        }

        await File.WriteAllTextAsync($"{folder}/tokens", $"{Token},admin,admin,system:masters\n", cancellationToken);
        await File.WriteAllTextAsync(KubeconfigPath, Kubeconfig(port), cancellationToken);
        Start(Path.Combine(assets, "kube-apiserver"),
            $"--etcd-servers={etcd}", $"--cert-dir={folder}/certificates", "--bind-address=127.0.0.1", $"--secure-port={port}",
            $"--token-auth-file={folder}/tokens", "--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount",
            $"--service-account-issuer=https://127.0.0.1:{port}/", $"--service-account-key-file={folder}/sa.pub",
            $"--service-account-signing-key-file={folder}/sa.key", "--service-cluster-ip-range=10.0.0.0/24");
        await WaitUntilReadyAsync($"https://127.0.0.1:{port}/readyz", cancellationToken);
    }

    private void Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
    }

    private static string Kubeconfig(int port) =>
        $$$"""
        current-context: c
        clusters: [{name: k, cluster: {server: "https://127.0.0.1:{{{port}}}", insecure-skip-tls-verify: true}}]
        contexts: [{name: c, context: {cluster: k, user: u}}]
        users: [{name: u, user: {token: {{{Token}}} }}]
        """;

    private async Task WaitUntilReadyAsync(string url, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
#pragma warning disable CA5400, CA5399, MA0039 // The certificate was made a moment ago, for this address of this machine.
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var client = new HttpClient(handler);
#pragma warning restore CA5400, CA5399, MA0039
        client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        while (!await IsReadyAsync(client, url, limit.Token))
        {
            if (_processes.Find(p => p.HasExited) is { } ended)
            {
                throw new InvalidOperationException($"{ended.StartInfo.FileName} ended with {ended.ExitCode}.");
            }

            await Task.Delay(200, limit.Token);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, string url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(url), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
