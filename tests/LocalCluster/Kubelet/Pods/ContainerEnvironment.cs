using BackupOperator.LocalCluster.Images;
using BackupOperator.LocalCluster.Kubelet.Containers;

namespace BackupOperator.LocalCluster.Kubelet.Pods;

/// <summary>Gathers the environment of a container from its image, the pod, Secrets, ConfigMaps and the node.</summary>
internal sealed class ContainerEnvironment(IKubernetesClient client, KubeletOptions options, string podIp, string hostIp)
{
    /// <exception cref="ContainerConfigException">A Secret, ConfigMap or key is missing.</exception>
    public async Task<IReadOnlyDictionary<string, string>> BuildAsync(
        V1Pod pod, V1Container container, ContainerImage image, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = ContainerImage.DefaultPath,
            ["HOSTNAME"] = pod.Spec?.Hostname ?? pod.Metadata.Name ?? "",
            ["HOME"] = "/root",

            // Containers share the machine's network; a server must listen on its own pod's address.
            ["POD_IP"] = podIp,
        };
        if (options.ApiServer is { } server)
        {
            variables["KUBERNETES_SERVICE_HOST"] = server.Host;
            variables["KUBERNETES_SERVICE_PORT"] = $"{server.Port}";
            variables["KUBERNETES_SERVICE_PORT_HTTPS"] = $"{server.Port}";
        }

        foreach (var (name, value) in image.Env)
        {
            variables[name] = value;
        }

        foreach (var source in container.EnvFrom ?? [])
        {
            foreach (var (name, value) in await ReadAllAsync(pod, source, cancellationToken))
            {
                variables[source.Prefix + name] = value;
            }
        }

        foreach (var variable in container.Env ?? [])
        {
            if (variable.ValueFrom is null)
            {
                variables[variable.Name!] = CommandLine.Expand(variable.Value ?? "", variables);
            }
            else if (await ReadAsync(pod, container, variable.ValueFrom, cancellationToken) is { } value)
            {
                variables[variable.Name!] = value;
            }
        }

        return variables;
    }

    private async Task<string?> ReadAsync(V1Pod pod, V1Container container, V1EnvVarSource source, CancellationToken cancellationToken)
    {
        switch (source)
        {
            case { FieldRef: { } field }:
                return PodFields.Read(pod, field.FieldPath, podIp, hostIp);
            case { ResourceFieldRef: { } resource }:
                return PodFields.ReadResource(container, resource);
            case { SecretKeyRef: { } key }:
                var secret = await SecretAsync(pod, key.Name!, key.Optional, cancellationToken);
                return Pick(secret, key, $"Secret {pod.Metadata.Namespace}/{key.Name}");
            case { ConfigMapKeyRef: { } key }:
                var map = await ConfigMapAsync(pod, key.Name!, key.Optional, cancellationToken);
                return Pick(map, key, $"ConfigMap {pod.Metadata.Namespace}/{key.Name}");
            default:
                return null;
        }
    }

    private async Task<Dictionary<string, string>> ReadAllAsync(V1Pod pod, V1EnvFromSource source, CancellationToken cancellationToken) =>
        (source.SecretRef is { } secret ? await SecretAsync(pod, secret.Name!, secret.Optional, cancellationToken)
            : source.ConfigMapRef is { } map ? await ConfigMapAsync(pod, map.Name!, map.Optional, cancellationToken)
            : null) ?? [];

    private async Task<Dictionary<string, string>?> SecretAsync(V1Pod pod, string name, bool? optional, CancellationToken cancellationToken)
    {
        var secret = await client.GetAsync<V1Secret>(name, pod.Metadata.Namespace, cancellationToken);
        return secret is null && optional != true
            ? throw new ContainerConfigException($"secret \"{name}\" not found")
            : secret?.Data?.ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetString(pair.Value), StringComparer.Ordinal);
    }

    private async Task<Dictionary<string, string>?> ConfigMapAsync(V1Pod pod, string name, bool? optional, CancellationToken cancellationToken)
    {
        var map = await client.GetAsync<V1ConfigMap>(name, pod.Metadata.Namespace, cancellationToken);
        return map is null && optional != true
            ? throw new ContainerConfigException($"configmap \"{name}\" not found")
            : map?.Data;
    }

    private static string? Pick(Dictionary<string, string>? data, V1KeySelector key, string source) =>
        data?.GetValueOrDefault(key.Key!) is { } value ? value
        : key.Optional == true ? null
        : throw new ContainerConfigException($"couldn't find key {key.Key} in {source}");
}
