using System.Globalization;
using BackupOperator.LocalCluster.Images;
using BackupOperator.LocalCluster.Kubelet.Containers;

namespace BackupOperator.LocalCluster.Kubelet.Pods;

/// <summary>Under whom a container runs, by its image, the pod's security context and its own.</summary>
internal static class ContainerUsers
{
    /// <exception cref="ContainerConfigException">runAsNonRoot meets root.</exception>
    public static ContainerUser Resolve(V1PodSpec pod, V1Container container, ContainerImage image)
    {
        var (imageUid, imageGid) = Parse(image.User);
        var uid = container.SecurityContext?.RunAsUser ?? pod.SecurityContext?.RunAsUser ?? imageUid;
        var gid = container.SecurityContext?.RunAsGroup ?? pod.SecurityContext?.RunAsGroup ?? (uid == imageUid ? imageGid : 0);
        if (uid == 0 && (container.SecurityContext?.RunAsNonRoot ?? pod.SecurityContext?.RunAsNonRoot) == true)
        {
            throw new ContainerConfigException(
                $"container has runAsNonRoot and image will run as root (pod: \"{container.Name}\", container: {container.Name})");
        }

        var groups = new SortedSet<long>(pod.SecurityContext?.SupplementalGroups ?? []);
        if (pod.SecurityContext?.FsGroup is { } group)
        {
            groups.Add(group);
        }

        return new ContainerUser(
            uid,
            gid,
            [.. groups],
            container.SecurityContext?.Privileged == true ? null : Capabilities(container.SecurityContext?.Capabilities),
            container.SecurityContext?.AllowPrivilegeEscalation == false);
    }

    private static HashSet<string> Capabilities(V1Capabilities? asked)
    {
        var dropped = (asked?.Drop ?? []).Select(Name).ToHashSet(StringComparer.Ordinal);
        var kept = dropped.Contains("all") ? [] : ContainerUser.DefaultCapabilities.Where(name => !dropped.Contains(name)).ToHashSet(StringComparer.Ordinal);
        kept.UnionWith((asked?.Add ?? []).Select(Name));
        return kept;
    }

    private static string Name(string capability)
    {
        var name = capability.ToLowerInvariant();
        return name.StartsWith("cap_", StringComparison.Ordinal) ? name[4..] : name;
    }

    private static (long Uid, long Gid) Parse(string? user)
    {
        var parts = (user ?? "0").Split(':');
        var uid = long.Parse(parts[0], CultureInfo.InvariantCulture);
        return (uid, parts.Length > 1 ? long.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
    }
}
