namespace BackupOperator.Jobs;

/// <summary>
/// Under whom the sidecar runs: as the owner of the data directory, with no power beyond that. What it makes passes the
/// Pod Security Standard <c>restricted</c>; each field that <c>spec.job</c> sets takes the place of one of these.
/// </summary>
internal static class JobSecurity
{
    private const int OwnerReads = 0b100_000_000;

    public static (V1PodSecurityContext Pod, V1SecurityContext Container) Build(JobInput input, JobOptions options)
    {
        var user = input.User;
        var template = input.Target?.StatefulSet.Spec?.Template?.Spec?.SecurityContext;
        var wanted = options.PodSecurityContext;
        var group = wanted?.FsGroup ?? template?.FsGroup;
        var isRoot = (SidecarUser.Wanted(options) ?? user.Uid) == 0;
        var pod = (wanted ?? new V1PodSecurityContext()) with
        {
            RunAsUser = wanted?.RunAsUser ?? user.Uid,
            RunAsGroup = wanted?.RunAsGroup ?? user.Gid,
            RunAsNonRoot = wanted?.RunAsNonRoot ?? (isRoot ? null : true),

            // Only a group that the database's own pods have given the volumes to already.
            FsGroup = group,

            // Never walk the whole data directory of a running database to change its owners, also for a group that an admission adds.
            FsGroupChangePolicy = wanted?.FsGroupChangePolicy ?? "OnRootMismatch",
            SupplementalGroups = wanted?.SupplementalGroups ?? template?.SupplementalGroups,
            SeLinuxOptions = wanted?.SeLinuxOptions ?? input.Target?.Container.SecurityContext?.SeLinuxOptions ?? template?.SeLinuxOptions,
            SeccompProfile = wanted?.SeccompProfile ?? new V1SeccompProfile { Type = "RuntimeDefault" },
        };
        var own = options.ContainerSecurityContext;
        var container = (own ?? new V1SecurityContext()) with
        {
            AllowPrivilegeEscalation = own?.AllowPrivilegeEscalation ?? (own?.Privileged == true ? null : false),
            ReadOnlyRootFilesystem = own?.ReadOnlyRootFilesystem ?? true,
            Capabilities = own?.Capabilities ?? new V1Capabilities { Drop = ["ALL"] },
        };
        return (pod, container);
    }

    /// <summary>
    /// The mode of the files of Secrets, which belong to root: for root alone where the sidecar is root, or where an fsGroup
    /// lets it read them all the same; else the API's default, for nobody but the sidecar is in the pod.
    /// </summary>
    public static int? SecretMode(V1PodSecurityContext pod, V1SecurityContext container) =>
        (container.RunAsUser ?? pod.RunAsUser) == 0 || pod.FsGroup is not null ? OwnerReads : null;
}
