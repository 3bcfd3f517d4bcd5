using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace BackupOperator.Kubernetes.Configuration.Credentials;

/// <summary>Runs a credential plugin.</summary>
internal static class ExecRunner
{
    private const int MaxErrorText = 500;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <returns>What the plugin printed.</returns>
    public static async Task<string> RunAsync(ExecPlugin plugin, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var process = Start(plugin);
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(stop.Token);
            var errors = process.StandardError.ReadToEndAsync(stop.Token);
            await process.WaitForExitAsync(stop.Token);
            return process.ExitCode == 0
                ? await output
                : throw new KubernetesConfigurationException(
                    $"The credential plugin {plugin.Command} failed with exit code {process.ExitCode}: {Shorten(await errors)}{Hint(plugin)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesConfigurationException(
                $"The credential plugin {plugin.Command} did not finish within {Timeout.TotalSeconds:0} s.");
        }
        finally
        {
            Kill(process);
        }
    }

    private static Process Start(ExecPlugin plugin)
    {
        var start = new ProcessStartInfo(plugin.Command, plugin.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in plugin.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = Request(plugin).ToJsonString();
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new KubernetesConfigurationException(
                $"The credential plugin {plugin.Command} of the kubeconfig cannot be started: {e.Message}.{Hint(plugin)}", e);
        }
    }

    private static JsonObject Request(ExecPlugin plugin)
    {
        var spec = new JsonObject { ["interactive"] = false };
        if (plugin.Cluster is not null)
        {
            spec["cluster"] = plugin.Cluster.DeepClone();
        }

        return new JsonObject { ["apiVersion"] = plugin.ApiVersion, ["kind"] = "ExecCredential", ["spec"] = spec };
    }

    private static string Hint(ExecPlugin plugin) => plugin.InstallHint is null ? "" : $" {plugin.InstallHint.Trim()}";

    private static string Shorten(string text)
    {
        text = text.Trim();
        return text.Length <= MaxErrorText ? text : text[..MaxErrorText] + "…";
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (InvalidOperationException)
        {
            // It ended between the question and the kill.
        }
    }
}
