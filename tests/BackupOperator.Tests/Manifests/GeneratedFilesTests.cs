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

    [Fact]
    public void The_operators_rights_are_what_the_controllers_say() =>
        File.ReadAllText(Path.Combine(Golden.Root, "deploy", "rbac", "clusterrole.yaml"))
            .ShouldBe(GeneratedManifests.ClusterRole("mysql-backup-operator"), "deploy/rbac/clusterrole.yaml differs from the C#: run `make crds`");

    [Fact]
    public void The_leaders_Lease_has_its_name_whatever_the_roles_are_called() =>
        GeneratedManifests.Roles("custom", "elsewhere", ["shop"]).ShouldContain("mysql-backup-operator-leader");

    [Fact]
    public void The_operator_may_not_read_secrets() => GeneratedManifests.ClusterRole("x").ShouldNotContain("secrets");
}
