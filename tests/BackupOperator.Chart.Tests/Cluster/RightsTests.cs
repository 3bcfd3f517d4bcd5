using GeneratedManifests = BackupOperator.Commands.Manifests;

namespace BackupOperator.Chart.Tests.Cluster;

/// <summary>The chart gives the operator the rights that its code asks for, no more and no less.</summary>
public sealed class RightsTests(ChartRenderer chart)
{
    private const string Name = "mysql-backup-operator";

    [Fact]
    public async Task In_all_namespaces_they_are_the_ClusterRole_of_the_code()
    {
        var rendering = await chart.RenderAsync();
        Essence(rendering["ClusterRole"]).ShouldBe(Essence(YamlReader.Read(GeneratedManifests.ClusterRole(Name)).Single()));
        rendering.Of("Role").ShouldBeEmpty();
        ((string?)rendering["ClusterRoleBinding"]["roleRef"]!["name"]).ShouldBe(Name);
        rendering["ClusterRoleBinding"]["subjects"]!.ToJsonString()
            .ShouldBe("""[{"kind":"ServiceAccount","name":"mysql-backup-operator","namespace":"mysql-backup-operator"}]""");
    }

    [Fact]
    public async Task In_some_namespaces_they_are_the_Roles_that_the_operator_prints()
    {
        var rendering = await chart.RenderAsync("watchNamespaces: [shop, bank, shop]");
        string[] expected = [.. YamlReader.Read(GeneratedManifests.Roles(Name, Name, ["shop", "bank"])).Select(Essence)];
        string[] kinds = ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"];
        kinds.SelectMany(kind => rendering.Of(kind)).Select(Essence).Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal));
        rendering.Variables["WATCH_NAMESPACES"].ShouldBe("shop,bank");
    }

    [Fact]
    public async Task Who_may_give_no_right_in_all_namespaces_does_without_the_ClusterRole()
    {
        var rendering = await chart.RenderAsync("{watchNamespaces: [shop], rbac: {finalizers: false}}");
        rendering.Of("ClusterRole").Concat(rendering.Of("ClusterRoleBinding")).ShouldBeEmpty();
        rendering.Of("Role").Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_Lease_has_its_name_whatever_the_release_is_called()
    {
        var rendering = await chart.RenderAsync("{watchNamespaces: [shop], leaderElection: {namespace: leases}}", new JsonObject { ["release"] = "nightly", ["namespace"] = "tools" });
        var leader = rendering.Of("Role").Single(r => (string?)r["metadata"]!["namespace"] == "leases");
        ((string?)leader["metadata"]!["name"]).ShouldBe("nightly-mysql-backup-operator-leader");
        leader["rules"]![1]!["resourceNames"]!.ToJsonString().ShouldBe("""["mysql-backup-operator-leader"]""");
        var bindings = rendering.Of("RoleBinding");
        bindings.Count.ShouldBe(2);
        bindings.ShouldAllBe(b => (string?)b["subjects"]![0]!["namespace"] == "tools" && (string?)b["subjects"]![0]!["name"] == "nightly-mysql-backup-operator");
        rendering.Variables["LEADER_ELECTION_NAMESPACE"].ShouldBe("leases");
    }

    [Fact]
    public async Task Who_brings_an_account_gets_the_rights_bound_to_it()
    {
        var rendering = await chart.RenderAsync("serviceAccount: {create: false, name: theirs}");
        rendering.Of("ServiceAccount").ShouldBeEmpty();
        ((string?)rendering["ClusterRoleBinding"]["subjects"]![0]!["name"]).ShouldBe("theirs");
        ((string?)rendering["Deployment"]["spec"]!["template"]!["spec"]!["serviceAccountName"]).ShouldBe("theirs");
    }

    /// <summary>All but the labels.</summary>
    private static string Essence(JsonNode role)
    {
        var copy = (JsonObject)role.DeepClone();
        copy["metadata"]!.AsObject().Remove("labels");
        return new JsonArray([.. copy.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (JsonNode)new JsonObject { [p.Key] = Sorted(p.Value) })]).ToJsonString();
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
