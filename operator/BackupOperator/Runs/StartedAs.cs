namespace BackupOperator.Runs;

/// <summary>
/// The uid under which a resource was run, in the resource itself. A status is lost where a resource is created anew from
/// what was saved of it; an annotation is not, so that a run that has been is not run a second time.
/// </summary>
internal static class StartedAs
{
    public const string Annotation = ApiGroup.Name + "/started-as";

    /// <summary>Whether the resource says that it was run as itself.</summary>
    public static bool Says(IRunEntity entity) => entity.Annotation(Annotation) == entity.Metadata.Uid;

    /// <returns>Why it is not run: another resource was, and this is its copy; null where it is none.</returns>
    public static SpecFinding? Refuse(IRunEntity entity)
    {
        if (entity.RunStatus.StartTime is not null || Says(entity) || entity.Annotation(Annotation) is not { Length: > 0 } former)
        {
            return null;
        }

        return new SpecFinding(
            RunReason.RanBefore,
            $"{entity.Kind} {entity.Metadata.Name} is a copy of one that was run before (annotation {Annotation}: {former}; its own uid is {entity.Metadata.Uid}), "
            + "as a restore of the cluster's resources or an apply of a saved \"kubectl get -o yaml\" makes it: it is not run again, and touches neither database nor storage. "
            + $"Delete it; to run it again, create it anew without the annotation {Annotation}",
            Final: true);
    }
}
