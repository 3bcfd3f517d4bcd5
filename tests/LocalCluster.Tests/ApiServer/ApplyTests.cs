using System.Text.Json.Nodes;
using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer;

/// <summary>Server-side apply.</summary>
public sealed class ApplyTests(ApiUnderTest api) : ApiSemantics(api)
{
    [Fact]
    public async Task Applying_makes_the_object_and_owns_its_fields()
    {
        var made = (await Admin.Apply($"{Core}/configmaps/a", ConfigMap("""{"x":"1"}"""), "one")).ShouldBe(201);
        var entry = made["metadata"]!["managedFields"]!.AsArray().ShouldHaveSingleItem()!;
        entry["manager"]!.GetValue<string>().ShouldBe("one");
        entry["operation"]!.GetValue<string>().ShouldBe("Apply");
        entry["fieldsV1"]!["f:data"]!.ToJsonString().ShouldBe("""{"f:x":{}}""");
        var again = (await Admin.Apply($"{Core}/configmaps/a", ConfigMap("""{"x":"1"}"""), "one")).ShouldBe(200);
        again.ResourceVersion.ShouldBe(made.ResourceVersion);
    }

    [Fact]
    public async Task What_is_no_longer_applied_goes()
    {
        await Admin.Apply($"{Core}/configmaps/a", ConfigMap("""{"x":"1","y":"1"}"""), "one");
        var next = (await Admin.Apply($"{Core}/configmaps/a", ConfigMap("""{"y":"1"}"""), "one")).ShouldBe(200);
        next["data"]!.ToJsonString().ShouldBe("""{"y":"1"}""");
    }

    [Fact]
    public async Task What_another_manager_owns_too_stays()
    {
        await Admin.Apply($"{Core}/configmaps/a", ConfigMap("""{"x":"1","y":"1"}"""), "one");
        await Admin.Apply($"{Core}/configmaps/a", ConfigMap("""{"x":"1"}"""), "two");
        var next = (await Admin.Apply($"{Core}/configmaps/a", ConfigMap("""{"y":"1"}"""), "one")).ShouldBe(200);
        next["data"]!.ToJsonString().ShouldBe("""{"x":"1","y":"1"}""");
    }

    [Fact]
    public async Task Changing_what_another_owns_is_a_conflict_unless_forced()
    {
        await Admin.Apply($"{Core}/configmaps/a", ConfigMap("""{"x":"1"}"""), "one");
        var refused = (await Admin.Apply($"{Core}/configmaps/a", ConfigMap("""{"x":"2"}"""), "two")).ShouldBe(409);
        refused.Message.ShouldBe("Apply failed with 1 conflict: conflict with \"one\": .data.x");
        refused.Causes.ShouldBe([".data.x: conflict with \"one\""]);
        var forced = (await Admin.Apply($"{Core}/configmaps/a", ConfigMap("""{"x":"2"}"""), "two", force: true)).ShouldBe(200);
        forced.Text("data", "x").ShouldBe("2");
        Managers(forced).ShouldBe(["two"]);
    }

    [Fact]
    public async Task Who_updates_a_field_owns_it()
    {
        await Admin.Apply($"{Core}/configmaps/a", ConfigMap("""{"x":"1"}"""), "one");
        await Admin.Patch($"{Core}/configmaps/a?fieldManager=hand", Json("""{"data":{"x":"2"}}"""));
        (await Admin.Apply($"{Core}/configmaps/a", ConfigMap("""{"x":"1"}"""), "one")).ShouldBe(409).Message.ShouldContain("conflict with \"hand\" using v1");
    }

    [Fact]
    public async Task Lists_are_joined_by_their_keys()
    {
        await CreateStatefulSet("db");
        var configuration = Json("""{"apiVersion":"apps/v1","kind":"StatefulSet","spec":{"template":{"spec":{"containers":[{"name":"mysql","env":[{"name":"A","value":"1"}]}]}}}}""");
        var applied = (await Admin.Apply($"{Apps}/statefulsets/db", configuration, "one")).ShouldBe(200);
        applied["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Count.ShouldBe(2);
        applied["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.GetValue<string>().ShouldBe("mysql:8");
        configuration["spec"]!["template"]!["spec"]!["containers"]![0]!.AsObject().Remove("env");
        var without = (await Admin.Apply($"{Apps}/statefulsets/db", configuration, "one")).ShouldBe(200);
        without["spec"]!["template"]!["spec"]!["containers"]![0]!["env"].ShouldBeNull();
    }

    [Fact]
    public async Task A_status_is_applied_apart()
    {
        await CreateStatefulSet("db");
        var status = Json("""{"apiVersion":"apps/v1","kind":"StatefulSet","spec":{"replicas":9},"status":{"replicas":1}}""");
        var applied = (await Admin.Apply($"{Apps}/statefulsets/db/status", status, "one")).ShouldBe(200);
        applied["status"]!["replicas"]!.GetValue<int>().ShouldBe(1);
        applied["spec"]!["replicas"]!.GetValue<int>().ShouldBe(2);
    }

    [Fact]
    public async Task Applying_needs_a_manager() =>
        (await Admin.Patch($"{Core}/configmaps/a", ConfigMap("{}"), ApiClient.ApplyPatch)).ShouldBe(422).Message.ShouldContain("fieldManager: Required value: is required for apply patch");

    [Fact]
    public async Task Applying_with_a_uid_makes_nothing_new()
    {
        var configuration = ConfigMap("{}");
        configuration["metadata"]!["uid"] = "some";
        (await Admin.Apply($"{Core}/configmaps/a", configuration, "one")).ShouldBe(409).Message.ShouldContain("uid mismatch: the provided object specified uid some, and no existing object was found");
    }

    private static JsonNode ConfigMap(string data) => Json($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{{{data}}}}""");

    private static IEnumerable<string> Managers(ApiAnswer answer) => answer["metadata"]!["managedFields"]!.AsArray().Select(entry => entry!["manager"]!.GetValue<string>());
}
