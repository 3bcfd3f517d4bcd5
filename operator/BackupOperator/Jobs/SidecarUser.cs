using BackupOperator.Targets;

namespace BackupOperator.Jobs;

/// <summary>Finds the user that the sidecar is to be: the owner of the data directory, as far as that shows from outside. Pure.</summary>
internal static class SidecarUser
{
    private static readonly FileOwner Guess = new(999, 999);

    /// <param name="pod">The database's pod as it was admitted, which may say more than its StatefulSet; null where there is none.</param>
    public static RecordedUser Choose(ResolvedTarget? target, V1Pod? pod, JobOptions? options)
    {
        if (Wanted(options) is { } wanted)
        {
            return new RecordedUser
            {
                Uid = wanted,
                Gid = options!.ContainerSecurityContext?.RunAsGroup ?? options.PodSecurityContext?.RunAsGroup,
                Because = "spec.job names it",
            };
        }

        if (target is null)
        {
            return new RecordedUser { Uid = Guess.User, Gid = Guess.Group, Because = "nothing is known of the database" };
        }

        var known = KnownImages.OwnerOf(target.Container.Image);
        var (user, group) = Declared(target, pod);

        // Root is where official images begin, and not what their servers run as.
        if (user is > 0)
        {
            return new RecordedUser
            {
                Uid = user,
                Gid = group ?? (known?.User == user ? known!.Group : null),
                Because = $"the pods of StatefulSet {target.StatefulSet.Metadata.Name} name it",
            };
        }

        return known is not null
            ? new RecordedUser { Uid = known.User, Gid = known.Group, Because = $"servers of image {target.Container.Image} run as it" }
            : new RecordedUser { Uid = Guess.User, Gid = Guess.Group, Because = $"it is what most images use; {target.Container.Image} is not known" };
    }

    /// <summary>The user that the resource itself asks for.</summary>
    public static long? Wanted(JobOptions? options) => options?.ContainerSecurityContext?.RunAsUser ?? options?.PodSecurityContext?.RunAsUser;

    private static (long? User, long? Group) Declared(ResolvedTarget target, V1Pod? pod)
    {
        var template = target.StatefulSet.Spec?.Template?.Spec?.SecurityContext;
        var admitted = pod?.Spec?.Containers?.Find(c => c.Name == target.Container.Name)?.SecurityContext;
        var own = target.Container.SecurityContext;
        return (
            admitted?.RunAsUser ?? pod?.Spec?.SecurityContext?.RunAsUser ?? own?.RunAsUser ?? template?.RunAsUser,
            admitted?.RunAsGroup ?? pod?.Spec?.SecurityContext?.RunAsGroup ?? own?.RunAsGroup ?? template?.RunAsGroup);
    }
}
