using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer.Local;

/// <summary>What kube-controller-manager does elsewhere: collecting dependents, emptying namespaces.</summary>
public sealed class CollectionTests : LocalServer
{
    [Fact]
    public async Task Dependents_follow_their_owner()
    {
        var owner = await CreateConfigMap("owner");
        await CreateConfigMap("dependent", OwnedBy(owner));
        await Admin.Delete($"{Core}/configmaps/owner");
        await Admin.Eventually($"{Core}/configmaps/dependent", answer => answer.Code == 404);
    }

    [Fact]
    public async Task A_dependent_of_nobody_goes()
    {
        await Admin.Create($"{Core}/configmaps", Json("""{"metadata":{"name":"lost","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"never","uid":"00000000-0000-0000-0000-000000000000"}]}}"""));
        await Admin.Eventually($"{Core}/configmaps/lost", answer => answer.Code == 404);
    }

    [Fact]
    public async Task Orphans_stay_and_lose_their_owner()
    {
        var owner = await CreateConfigMap("owner");
        await CreateConfigMap("dependent", OwnedBy(owner));
        await Admin.Delete($"{Core}/configmaps/owner", Json("""{"propagationPolicy":"Orphan"}"""));
        await Admin.Eventually($"{Core}/configmaps/owner", answer => answer.Code == 404);
        (await Admin.Get($"{Core}/configmaps/dependent")).ShouldBe(200)["metadata"]!["ownerReferences"].ShouldBeNull();
    }

    [Fact]
    public async Task In_the_foreground_the_owner_waits_for_blocking_dependents()
    {
        var owner = await CreateConfigMap("owner");
        await CreateConfigMap("dependent", OwnedBy(owner, ""","blockOwnerDeletion":true""") + ""","finalizers":["example.com/hold"]""");
        await Admin.Delete($"{Core}/configmaps/owner", Json("""{"propagationPolicy":"Foreground"}"""));
        await Admin.Eventually($"{Core}/configmaps/dependent", answer => answer.Text("metadata", "deletionTimestamp").Length > 0);
        (await Admin.Get($"{Core}/configmaps/owner")).ShouldBe(200);
        await Admin.Patch($"{Core}/configmaps/dependent", Json("""{"metadata":{"finalizers":null}}"""));
        await Admin.Eventually($"{Core}/configmaps/owner", answer => answer.Code == 404);
    }

    [Fact]
    public async Task A_namespace_goes_with_all_that_is_in_it()
    {
        await Admin.Create("/api/v1/namespaces", Json("""{"metadata":{"name":"going"}}"""));
        await Admin.Create("/api/v1/namespaces/going/configmaps", Json("""{"metadata":{"name":"held","finalizers":["example.com/hold"]}}"""));
        await Admin.Delete("/api/v1/namespaces/going");
        (await Admin.Get("/api/v1/namespaces/going")).Text("status", "phase").ShouldBe("Terminating");
        (await Admin.Create("/api/v1/namespaces/going/secrets", Json("""{"metadata":{"name":"late"}}"""))).ShouldBe(403).Message.ShouldContain("because it is being terminated");
        await Admin.Eventually("/api/v1/namespaces/going/configmaps/held", answer => answer.Text("metadata", "deletionTimestamp").Length > 0);
        await Admin.Patch("/api/v1/namespaces/going/configmaps/held", Json("""{"metadata":{"finalizers":null}}"""));
        await Admin.Eventually("/api/v1/namespaces/going", answer => answer.Code == 404);
    }

    private static string OwnedBy(ApiAnswer owner, string more = "") =>
        $$$""","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"{{{owner.Uid}}}"{{{more}}}}]""";
}
