using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace BackupOperator.Demo.Stage;

/// <summary>Shows resources as kubectl prints them; without one, from the same tables that the API server makes for it.</summary>
internal sealed class Kubectl(Theatre theatre, Screen screen)
{
    public async Task ShowAsync(string resources, bool wide, CancellationToken cancellationToken)
    {
        var arguments = $"get {resources} -n {Theatre.Namespace}{(wide ? " -o wide" : "")}";
        screen.Command($"kubectl {arguments}");
        try
        {
            using var kubectl = Process.Start(new ProcessStartInfo("kubectl", arguments.Split(' '))
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                Environment = { ["KUBECONFIG"] = theatre.Cluster.KubeconfigPath },
            })!;
            var errors = kubectl.StandardError.ReadToEndAsync(cancellationToken);
            screen.Output(await kubectl.StandardOutput.ReadToEndAsync(cancellationToken));
            await kubectl.WaitForExitAsync(cancellationToken);
            if (kubectl.ExitCode != 0)
            {
                screen.Fail(await errors);
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            foreach (var resource in resources.Split(','))
            {
                screen.Output(await TableAsync(resource, wide, cancellationToken));
            }
        }
    }

    private async Task<string> TableAsync(string resource, bool wide, CancellationToken cancellationToken)
    {
        var group = resource.StartsWith("mysql", StringComparison.Ordinal) ? "apis/mysqlbackup.io/v1alpha1" : resource is "statefulsets" ? "apis/apps/v1" : "api/v1";
        using var authority = X509Certificate2.CreateFromPem(theatre.Cluster.ApiServer.CaPem);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{theatre.Cluster.ApiServer.Url.TrimEnd('/')}/{group}/namespaces/{Theatre.Namespace}/{resource}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", theatre.Cluster.ApiServer.AdminToken);
        request.Headers.TryAddWithoutValidation("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io");
        using var response = await http.SendAsync(request, cancellationToken);
        var table = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        var columns = table["columnDefinitions"]!.AsArray().Select((column, index) => (Name: column!["name"]!.GetValue<string>(), Wide: column["priority"]?.GetValue<int>() > 0, index))
            .Where(column => wide || !column.Wide).ToList();
        var rows = table["rows"]!.AsArray().Select(row => columns.Select(column => row!["cells"]![column.index]?.ToString() ?? "").ToList()).ToList();
        rows.Insert(0, [.. columns.Select(column => column.Name.ToUpperInvariant())]);
        var widths = columns.Select((_, i) => rows.Max(row => row[i].Length) + 3).ToList();
        return string.Join('\n', rows.Select(row => string.Concat(row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()));
    }
}
