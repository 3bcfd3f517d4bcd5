using BackupOperator.LocalCluster.Images;
using BackupOperator.LocalCluster.Kubelet.Containers;

namespace BackupOperator.LocalCluster.Kubelet.Pods;

/// <summary>Resolves a container of a pod down to what the kernel needs.</summary>
internal sealed class ContainerFactory(
    IKubernetesClient client, KubeletOptions options, PodFolders folders, string podIp, string hostIp)
{
    private readonly ContainerEnvironment environment = new(client, options, podIp, hostIp);

    /// <param name="volumes">Volume name → folder of this machine.</param>
    /// <exception cref="ContainerConfigException">What the pod says cannot be carried out.</exception>
    public async Task<ContainerSpec> BuildAsync(
        V1Pod pod,
        V1Container container,
        ContainerImage image,
        IReadOnlyDictionary<string, string> volumes,
        int restart,
        CancellationToken cancellationToken)
    {
        var variables = await environment.BuildAsync(pod, container, image, cancellationToken);
        var arguments = CommandLine.Resolve(container.Command, container.Args, image.Entrypoint, image.Cmd, variables);
        if (arguments.Count == 0)
        {
            throw new ContainerConfigException("no command specified");
        }

        var log = folders.Log(container.Name!, restart);
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        return new ContainerSpec
        {
            Directory = folders.Container(container.Name!, restart),
            Root = image.Root,
            Arguments = arguments,
            Environment = variables,
            LogFile = log,
            HostName = pod.Spec!.Hostname ?? pod.Metadata.Name!,
            WorkingDirectory = container.WorkingDir ?? image.WorkingDirectory,
            Mounts =
            [
                .. image.Files.Select(file => new ContainerMount(file.Value, file.Key, ReadOnly: true)),
                .. (container.VolumeMounts ?? []).Select(mount => Mount(mount, pod, volumes, variables)),
            ],
            User = ContainerUsers.Resolve(pod.Spec, container, image),
            ReadOnlyRoot = container.SecurityContext?.ReadOnlyRootFilesystem == true,
            TerminationMessagePath = container.TerminationMessagePath ?? "/dev/termination-log",
        };
    }

    private static ContainerMount Mount(
        V1VolumeMount mount, V1Pod pod, IReadOnlyDictionary<string, string> volumes, IReadOnlyDictionary<string, string> variables)
    {
        if (!volumes.TryGetValue(mount.Name!, out var path))
        {
            throw new ContainerConfigException($"cannot find volume \"{mount.Name}\" to mount into container");
        }

        var part = mount.SubPathExpr is { } expression ? CommandLine.Expand(expression, variables) : mount.SubPath;
        if (!string.IsNullOrEmpty(part))
        {
            if (Path.IsPathRooted(part) || part.Split('/').Contains(".."))
            {
                throw new ContainerConfigException($"subPath \"{part}\" must be a relative path without '..'");
            }

            path = Path.Combine(path, part);
            if (!Path.Exists(path))
            {
                Directory.CreateDirectory(path);
            }
        }

        var volume = pod.Spec!.Volumes!.First(volume => volume.Name == mount.Name);
        return new ContainerMount(path, mount.MountPath!, mount.ReadOnly == true || volume.PersistentVolumeClaim?.ReadOnly == true);
    }
}
