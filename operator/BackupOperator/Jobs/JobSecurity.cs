namespace BackupOperator.Jobs;

/// <summary>
/// Under whom the sidecar runs: as the user of the database where its StatefulSet names one, else as root with no more
/// powers than reading (and, for a restore, giving back) files of other owners takes.
/// </summary>
internal static class JobSecurity
{
    private const int OwnerReads = 0b100_000_000;

    public static (V1PodSecurityContext Pod, V1SecurityContext Container) Build(JobInput input, JobOptions options)
    {
        var template = input.Target?.StatefulSet.Spec?.Template?.Spec?.SecurityContext;
        var own = input.Target?.Container.SecurityContext;
        var user = own?.RunAsUser ?? template?.RunAsUser;
        var isRoot = user is null or 0;
        var pod = options.PodSecurityContext ?? new V1PodSecurityContext
        {
            RunAsUser = user ?? 0,
            RunAsGroup = own?.RunAsGroup ?? template?.RunAsGroup ?? (isRoot ? 0 : null),
            RunAsNonRoot = isRoot ? null : true,
            FsGroup = template?.FsGroup,

            // Never walk the whole data directory of a running database to change its owners.
            FsGroupChangePolicy = template?.FsGroup is null ? null : "OnRootMismatch",
            SupplementalGroups = template?.SupplementalGroups,
            SeLinuxOptions = own?.SeLinuxOptions ?? template?.SeLinuxOptions,
            SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" },
        };
        var container = options.ContainerSecurityContext ?? new V1SecurityContext
        {
            AllowPrivilegeEscalation = false,
            ReadOnlyRootFilesystem = true,
            Capabilities = new V1Capabilities { Drop = ["ALL"], Add = isRoot ? Powers(input) : null },
        };
        return (pod, container);
    }

    /// <summary>
    /// The mode of the files of Secrets, which belong to root: for root alone where the sidecar is root, or where an fsGroup
    /// lets it read them all the same; else the API's default, for nobody but the sidecar is in the pod.
    /// </summary>
    public static int? SecretMode(V1PodSecurityContext pod, V1SecurityContext container) =>
        (container.RunAsUser ?? pod.RunAsUser) == 0 || pod.FsGroup is not null ? OwnerReads : null;

    private static List<string> Powers(JobInput input)
    {
        var powers = new List<string> { "DAC_READ_SEARCH" };
        if (input.Run.Kind is not (RunKind.Backup or RunKind.Copy))
        {
            powers.AddRange(["CHOWN", "DAC_OVERRIDE", "FOWNER"]);
        }
        else if (input.Stores.AnyVolume)
        {
            // The folder of the storage may belong to someone else; the data directory is mounted read-only.
            powers.Add("DAC_OVERRIDE");
        }

        return powers;
    }
}
