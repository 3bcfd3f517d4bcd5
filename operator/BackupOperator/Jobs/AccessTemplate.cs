namespace BackupOperator.Jobs;

/// <summary>ServiceAccount, Role and RoleBinding of a sidecar: this StatefulSet, its pods and this resource, by name.</summary>
internal static class AccessTemplate
{
    private const string RbacGroup = "rbac.authorization.k8s.io";

    public static V1ServiceAccount Account(IRunEntity owner, string name) => new()
    {
        Metadata = Metadata(owner, name, owner.RunSpec.Job?.ServiceAccountAnnotations),
    };

    public static V1Role Role(IRunEntity owner, string name, JobPurpose purpose)
    {
        var plural = owner.Kind == MySqlBackup.KindName ? "mysqlbackups" : "mysqlrestores";
        List<V1PolicyRule> rules = [Rule(ApiGroup.Name, [plural, plural + "/status"], [owner.Metadata.Name!], ["get", "patch"])];

        // What only copies from storage to storage must not be able to touch the database.
        return new V1Role { Metadata = Metadata(owner, name), Rules = purpose == JobPurpose.Copy ? rules : [.. DatabaseRules(owner), .. rules] };
    }

    public static V1RoleBinding Binding(IRunEntity owner, string name) => new()
    {
        Metadata = Metadata(owner, name),
        RoleRef = new V1RoleRef { ApiGroup = RbacGroup, Kind = "Role", Name = name },
        Subjects = [new V1Subject { Kind = "ServiceAccount", Name = name, Namespace = owner.Metadata.Namespace }],
    };

    private static V1PolicyRule[] DatabaseRules(IRunEntity owner)
    {
        var set = owner.RunSpec.Target.StatefulSet;
        var recorded = owner.RunStatus.Target;
        var first = recorded?.FirstOrdinal ?? 0;
        var pods = Enumerable.Range(first, recorded?.Replicas ?? 0)
            .Append(recorded?.Ordinal ?? first)
            .Distinct()
            .Select(ordinal => $"{set}-{ordinal}");
        return
        [
            Rule("apps", ["statefulsets"], [set], ["get", "patch"]),
            Rule("", ["pods"], [.. pods], ["get"]),
        ];
    }

    private static V1ObjectMeta Metadata(IRunEntity owner, string name, Dictionary<string, string>? annotations = null) => new()
    {
        Name = name,
        Namespace = owner.Metadata.Namespace,
        Labels = RunLabels.Of(owner),
        Annotations = annotations,
        OwnerReferences = [owner.ToOwnerReference()],
    };

    private static V1PolicyRule Rule(string group, List<string> resources, List<string> names, List<string> verbs) => new()
    {
        ApiGroups = [group],
        Resources = resources,
        ResourceNames = names,
        Verbs = verbs,
    };
}
