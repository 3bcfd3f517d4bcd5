using BackupOperator.LocalCluster.Kubelet.Pods;

namespace BackupOperator.LocalCluster.Kubelet.Volumes;

/// <summary>The files of volumes that come from the API.</summary>
internal sealed class VolumeFiles(IKubernetesClient client, KubeletOptions options, string podIp, string hostIp)
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    // A token is good for a while; a new one with every refresh would be a new file with every refresh.
    private readonly Dictionary<string, string> tokens = new(StringComparer.Ordinal);

    public async Task<Dictionary<string, VolumeFile>> SecretAsync(
        V1Pod pod, string name, List<V1KeyToPath>? items, bool? optional, int mode, CancellationToken cancellationToken)
    {
        var secret = await client.GetAsync<V1Secret>(name, pod.Metadata.Namespace, cancellationToken);
        return secret is null && optional != true
            ? throw new VolumeNotReadyException($"secret \"{name}\" not found")
            : Select($"secret \"{name}\"", secret?.Data ?? [], items, optional, mode);
    }

    public async Task<Dictionary<string, VolumeFile>> ConfigMapAsync(
        V1Pod pod, string name, List<V1KeyToPath>? items, bool? optional, int mode, CancellationToken cancellationToken)
    {
        var map = await client.GetAsync<V1ConfigMap>(name, pod.Metadata.Namespace, cancellationToken);
        if (map is null && optional != true)
        {
            throw new VolumeNotReadyException($"configmap \"{name}\" not found");
        }

        var data = new Dictionary<string, byte[]>(map?.BinaryData ?? []);
        foreach (var (key, value) in map?.Data ?? [])
        {
            data[key] = Encoding.UTF8.GetBytes(value);
        }

        return Select($"configmap \"{name}\"", data, items, optional, mode);
    }

    public Dictionary<string, VolumeFile> Downward(V1Pod pod, V1DownwardApiVolumeSource source, int mode)
    {
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        foreach (var item in source.Items ?? [])
        {
            var value = item.ResourceFieldRef is { } resource
                ? PodFields.ReadResource(pod.Spec!.Containers!.First(container => container.Name == resource.ContainerName), resource)
                : PodFields.Read(pod, item.FieldRef?.FieldPath, podIp, hostIp);
            files[item.Path!] = new VolumeFile(Encoding.UTF8.GetBytes(value), item.Mode ?? mode);
        }

        return files;
    }

    public async Task<Dictionary<string, VolumeFile>> ProjectedAsync(
        V1Pod pod, V1ProjectedVolumeSource projected, int mode, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        foreach (var source in projected.Sources ?? [])
        {
            var part = source switch
            {
                { Secret: { } secret } => await SecretAsync(pod, secret.Name!, secret.Items, secret.Optional, mode, cancellationToken),
                { ConfigMap: { } map } => await ConfigMapAsync(pod, map.Name!, map.Items, map.Optional, mode, cancellationToken),
                { DownwardAPI: { } downward } => Downward(pod, downward, mode),
                { ServiceAccountToken: { } token } => await TokenAsync(pod, token, mode, cancellationToken),
                _ => [],
            };
            foreach (var (path, file) in part)
            {
                files[path] = file;
            }
        }

        return files;
    }

    private async Task<Dictionary<string, VolumeFile>> TokenAsync(
        V1Pod pod, V1ServiceAccountTokenProjection projection, int mode, CancellationToken cancellationToken)
    {
        var account = pod.Spec?.ServiceAccountName ?? "default";
        var key = $"{account}/{projection.Audience}";
        if (!tokens.TryGetValue(key, out var token))
        {
            var create = options.CreateToken ?? throw new VolumeNotReadyException("this node has no way to service account tokens");
            token = tokens[key] = await create(
                pod.Metadata.Namespace!,
                account,
                projection.Audience,
                projection.ExpirationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : TokenLifetime,
                cancellationToken);
        }

        return new() { [projection.Path!] = new VolumeFile(Encoding.UTF8.GetBytes(token), mode) };
    }

    private static Dictionary<string, VolumeFile> Select(
        string source, Dictionary<string, byte[]> data, List<V1KeyToPath>? items, bool? optional, int mode)
    {
        if (items is null or { Count: 0 })
        {
            return data.ToDictionary(pair => pair.Key, pair => new VolumeFile(pair.Value, mode), StringComparer.Ordinal);
        }

        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (data.TryGetValue(item.Key!, out var content))
            {
                files[item.Path!] = new VolumeFile(content, item.Mode ?? mode);
            }
            else if (optional != true)
            {
                throw new VolumeNotReadyException($"references non-existent {source} key: {item.Key}");
            }
        }

        return files;
    }
}
