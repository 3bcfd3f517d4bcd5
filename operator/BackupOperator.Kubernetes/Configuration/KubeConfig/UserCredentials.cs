using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Configuration.Credentials;
using YamlDotNet.RepresentationModel;

namespace BackupOperator.Kubernetes.Configuration.KubeConfig;

/// <summary>The credentials of a kubeconfig's user; a token file comes before a token, as with kubectl.</summary>
internal static class UserCredentials
{
    public static ICredentialSource Build(KubeConfigEntry? user, KubeConfigEntry cluster, TimeProvider time)
    {
        if (user is null)
        {
            return StaticCredentials.None;
        }

        var certificate = ReadCertificate(user);
        if (user.FilePath("tokenFile") is { } tokenFile)
        {
            return new TokenFileCredentials(tokenFile, time, certificate);
        }

        if (user.Text("token") is { } token)
        {
            return new StaticCredentials(Credential.Bearer(token, certificate));
        }

        if (user.Text("username") is { } name)
        {
            var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{user.Text("password")}"));
            return new StaticCredentials(new(new AuthenticationHeaderValue("Basic", basic), certificate));
        }

        if (user.Child("exec") is { } exec)
        {
            return new ExecCredentials(ReadPlugin(exec, cluster), time);
        }

        if (certificate is null && user.Child("auth-provider") is { } provider)
        {
            throw new KubernetesConfigurationException(
                $"The kubeconfig {user.File} uses the auth-provider {provider.Text("name")}, which Kubernetes removed; use an exec plugin.");
        }

        return certificate is null ? StaticCredentials.None : new StaticCredentials(new(null, certificate));
    }

    private static X509Certificate2? ReadCertificate(KubeConfigEntry user)
    {
        var certificate = KubeConfigResolver.ReadData(user, "client-certificate");
        var key = KubeConfigResolver.ReadData(user, "client-key");
        if (certificate is null && key is null)
        {
            return null;
        }

        return certificate is null || key is null
            ? throw new KubernetesConfigurationException($"A user in {user.File} has a client certificate without its key, or a key without its certificate.")
            : Certificates.ReadPair(certificate, key, $"the kubeconfig {user.File}");
    }

    private static ExecPlugin ReadPlugin(KubeConfigEntry exec, KubeConfigEntry cluster)
    {
        var command = exec.Text("command")
            ?? throw new KubernetesConfigurationException($"An exec plugin in {exec.File} has no command.");
        var version = exec.Text("apiVersion");
        if (version is not (ExecPlugin.V1 or ExecPlugin.V1Beta1))
        {
            throw new KubernetesConfigurationException(
                $"The exec plugin {command} in {exec.File} has apiVersion '{version}'; {ExecPlugin.V1} and {ExecPlugin.V1Beta1} are understood.");
        }

        if (exec.Text("interactiveMode") == "Always")
        {
            throw new KubernetesConfigurationException(
                $"The exec plugin {command} in {exec.File} needs a terminal (interactiveMode: Always), and there is none.");
        }

        return new()
        {
            ApiVersion = version,
            // A bare name is looked up in PATH; a path is relative to the file.
            Command = command.Contains('/', StringComparison.Ordinal) ? exec.FilePath("command")! : command,
            Arguments = [.. exec.Items("args").OfType<YamlScalarNode>().Select(n => n.Value ?? "")],
            Environment = [.. exec.Items("env").OfType<YamlMappingNode>().Select(ReadVariable)],
            InstallHint = exec.Text("installHint"),
            Cluster = exec.Flag("provideClusterInfo") ? ClusterInfo(cluster) : null,
        };
    }

    private static KeyValuePair<string, string> ReadVariable(YamlMappingNode node) =>
        new(KubeConfigEntry.Text(node, "name") ?? "", KubeConfigEntry.Text(node, "value") ?? "");

    private static JsonObject ClusterInfo(KubeConfigEntry cluster)
    {
        var info = new JsonObject { ["server"] = cluster.Text("server") };
        if (cluster.Text("tls-server-name") is { } name)
        {
            info["tls-server-name"] = name;
        }

        if (cluster.Flag("insecure-skip-tls-verify"))
        {
            info["insecure-skip-tls-verify"] = true;
        }

        if (KubeConfigResolver.ReadData(cluster, "certificate-authority") is { } ca)
        {
            info["certificate-authority-data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(ca));
        }

        if (cluster.Text("proxy-url") is { } proxy)
        {
            info["proxy-url"] = proxy;
        }

        return info;
    }
}
