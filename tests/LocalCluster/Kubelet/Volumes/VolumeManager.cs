using BackupOperator.LocalCluster.Kubelet.Pods;

namespace BackupOperator.LocalCluster.Kubelet.Volumes;

/// <summary>Makes the volumes of one pod: folders on this machine that its containers mount.</summary>
internal sealed class VolumeManager(IKubernetesClient client, KubeletOptions options, string podFolder, string podIp, string hostIp)
{
    private const int DefaultMode = 0b110_100_100;
    private readonly VolumeFiles files = new(client, options, podIp, hostIp);

    /// <returns>Volume name → folder or file of this machine.</returns>
    /// <exception cref="VolumeNotReadyException">Something that a volume needs is not there yet.</exception>
    public async Task<IReadOnlyDictionary<string, string>> MountAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var volume in pod.Spec?.Volumes ?? [])
        {
            paths[volume.Name!] = await MountAsync(pod, volume, cancellationToken);
        }

        return paths;
    }

    /// <summary>Brings Secrets, ConfigMaps and tokens up to date; what cannot be read now keeps its old content.</summary>
    public async Task RefreshAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        foreach (var volume in pod.Spec?.Volumes ?? [])
        {
            try
            {
                await WriteFilesAsync(pod, volume, cancellationToken);
            }
            catch (Exception error) when (error is VolumeNotReadyException or KubernetesApiException or KubernetesUnavailableException)
            {
                // The next change brings it.
            }
        }
    }

    private async Task<string> MountAsync(V1Pod pod, V1Volume volume, CancellationToken cancellationToken)
    {
        if (volume.PersistentVolumeClaim is { } claim)
        {
            var path = await ClaimFolderAsync(pod, claim.ClaimName!, cancellationToken);
            await GiveAsync(pod, path, cancellationToken);
            return path;
        }

        if (volume.HostPath is { } host)
        {
            return HostPath(host);
        }

        if (await WriteFilesAsync(pod, volume, cancellationToken))
        {
            return Folder(volume);
        }

        if (volume.EmptyDir is null)
        {
            throw new VolumeNotReadyException($"volume \"{volume.Name}\": its kind is not known to LocalCluster");
        }

        Directory.CreateDirectory(Folder(volume));
        File.SetUnixFileMode(Folder(volume), (UnixFileMode)0b111_111_111);
        await GiveAsync(pod, Folder(volume), cancellationToken);
        return Folder(volume);
    }

    private string Folder(V1Volume volume) => Path.Combine(podFolder, "volumes", volume.Name!);

    private static async Task GiveAsync(V1Pod pod, string path, CancellationToken cancellationToken)
    {
        if (pod.Spec?.SecurityContext?.FsGroup is { } group)
        {
            await Ownership.GiveToGroupAsync(path, group, cancellationToken);
        }
    }

    private async Task<string> ClaimFolderAsync(V1Pod pod, string name, CancellationToken cancellationToken)
    {
        var claim = await client.GetAsync<V1PersistentVolumeClaim>(name, pod.Metadata.Namespace, cancellationToken)
            ?? throw new VolumeNotReadyException($"persistentvolumeclaim \"{name}\" not found");
        if (claim.Status?.Phase != "Bound" || claim.Spec?.VolumeName is not { } volumeName)
        {
            throw new VolumeNotReadyException($"persistentvolumeclaim \"{name}\" is not bound");
        }

        var volume = await client.GetAsync<V1PersistentVolume>(volumeName, cancellationToken: cancellationToken);
        var path = volume?.Spec?.HostPath?.Path
            ?? throw new VolumeNotReadyException($"persistentvolume \"{volumeName}\" of claim \"{name}\" has no hostPath");
        Directory.CreateDirectory(path);
        return path;
    }

    private static string HostPath(V1HostPathVolumeSource host)
    {
        if (host.Type == "DirectoryOrCreate")
        {
            Directory.CreateDirectory(host.Path!);
        }

        return Path.Exists(host.Path)
            ? host.Path
            : throw new VolumeNotReadyException($"hostPath type check failed: {host.Path} does not exist");
    }

    /// <returns>False where the volume is none that is made of files of the API.</returns>
    private async Task<bool> WriteFilesAsync(V1Pod pod, V1Volume volume, CancellationToken cancellationToken)
    {
        var mode = volume.Secret?.DefaultMode ?? volume.ConfigMap?.DefaultMode ?? volume.Projected?.DefaultMode
            ?? volume.DownwardAPI?.DefaultMode ?? DefaultMode;
        var content = volume switch
        {
            { Secret: { } secret } => await files.SecretAsync(pod, secret.SecretName!, secret.Items, secret.Optional, mode, cancellationToken),
            { ConfigMap: { } map } => await files.ConfigMapAsync(pod, map.Name!, map.Items, map.Optional, mode, cancellationToken),
            { DownwardAPI: { } downward } => files.Downward(pod, downward, mode),
            { Projected: { } projected } => await files.ProjectedAsync(pod, projected, mode, cancellationToken),
            _ => null,
        };
        if (content is null)
        {
            return false;
        }

        AtomicFolder.Write(Folder(volume), content, pod.Spec?.SecurityContext?.FsGroup);
        return true;
    }
}
