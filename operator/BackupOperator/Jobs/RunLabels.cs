namespace BackupOperator.Jobs;

/// <summary>Labels of what a run creates.</summary>
internal static class RunLabels
{
    /// <summary>The uid of the resource: finds all pods of a run, whichever Job they are of.</summary>
    public const string Run = "mysqlbackup.io/run";

    public const string Kind = "mysqlbackup.io/kind";

    public const string StatefulSet = "mysqlbackup.io/statefulset";

    /// <summary>An annotation: the name of the resource may be too long for a label.</summary>
    public const string Name = "mysqlbackup.io/name";

    public const string ManagedBy = "app.kubernetes.io/managed-by";

    public const string Operator = "mysql-backup-operator";

    public static Dictionary<string, string> Of(IRunEntity owner, IReadOnlyDictionary<string, string>? more = null)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in more ?? new Dictionary<string, string>())
        {
            labels[key] = value;
        }

        // Ours come last: they are how the run finds its pods again.
        labels["app.kubernetes.io/name"] = Operator;
        labels["app.kubernetes.io/component"] = "sidecar";
        labels[ManagedBy] = Operator;
        labels[Run] = owner.Metadata.Uid!;
        labels[Kind] = owner.Kind!;
        labels[StatefulSet] = owner.RunSpec.Target.StatefulSet;
        return labels;
    }
}
