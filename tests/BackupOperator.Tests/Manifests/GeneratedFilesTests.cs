using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Serialization;
using GeneratedManifests = BackupOperator.Commands.Manifests;

namespace BackupOperator.Tests.Manifests;

public sealed class GeneratedFilesTests
{
    [Fact]
    public void The_custom_resource_definitions_are_what_the_code_says()
    {
        foreach (var (file, content) in GeneratedManifests.Crds())
        {
            File.ReadAllText(Path.Combine(Golden.Root, "crds", file)).ShouldBe(content, $"crds/{file} differs from the C#: run `make crds`");
        }
    }

    [Fact]
    public void There_is_no_other_definition() =>
        Directory.GetFiles(Path.Combine(Golden.Root, "crds"), "*.yaml").Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(GeneratedManifests.Crds().Select(c => c.File).Order(StringComparer.Ordinal));

    /// <summary>kubectl takes an argument for a category first, and then refuses to get one object by its name.</summary>
    [Fact]
    public void No_category_is_the_name_of_a_kind()
    {
        foreach (var (file, content) in GeneratedManifests.Crds())
        {
            var names = YamlReader.Read(content).Single()["spec"]!["names"]!;
            string[] own = [Text("plural"), Text("singular"), .. Texts("shortNames")];
            Texts("categories").Intersect(own).ShouldBeEmpty(file);

            string Text(string field) => names[field]!.GetValue<string>();
            IEnumerable<string> Texts(string field) => names[field]!.AsArray().Select(text => text!.GetValue<string>());
        }
    }

    [Fact]
    public void The_operators_rights_are_what_the_controllers_say() =>
        File.ReadAllText(Path.Combine(Golden.Root, "deploy", "rbac", "clusterrole.yaml"))
            .ShouldBe(GeneratedManifests.ClusterRole("mysql-backup-operator"), "deploy/rbac/clusterrole.yaml differs from the C#: run `make crds`");

    [Fact]
    public void The_leaders_Lease_has_its_name_whatever_the_roles_are_called() =>
        GeneratedManifests.Roles("custom", "elsewhere", ["shop"]).ShouldContain("mysql-backup-operator-leader");

    /// <summary>OwnerReferencesPermissionEnforcement, which OpenShift has on: whoever blocks the deletion of an owner needs it.</summary>
    [Theory]
    [InlineData("mysqlbackups")]
    [InlineData("mysqlrestores")]
    [InlineData("mysqlbackupschedules")]
    public void The_operator_may_hold_up_the_deletion_of_each_kind_that_owns_what_it_makes(string owner)
    {
        foreach (var manifest in new[] { GeneratedManifests.ClusterRole("x"), GeneratedManifests.Roles("x", "elsewhere", ["shop"]) })
        {
            var rules = YamlReader.Read(manifest).Where(m => m["kind"]!.GetValue<string>() is "ClusterRole" or "Role").SelectMany(m => m["rules"]!.AsArray());
            rules.Any(r => Has(r!["resources"], owner + "/finalizers") && Has(r!["verbs"], "update")).ShouldBeTrue($"update of {owner}/finalizers");
        }

        static bool Has(JsonNode? texts, string text) => texts!.AsArray().Any(t => t!.GetValue<string>() == text);
    }

    [Fact]
    public void The_operator_may_not_read_secrets() => GeneratedManifests.ClusterRole("x").ShouldNotContain("secrets");
}
