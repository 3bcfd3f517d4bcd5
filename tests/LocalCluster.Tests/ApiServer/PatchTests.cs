using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer;

/// <summary>Merge, JSON and strategic patches.</summary>
public sealed class PatchTests(ApiUnderTest api) : ApiSemantics(api)
{
    [Fact]
    public async Task A_merge_patch_adds_changes_and_removes()
    {
        await CreateConfigMap("a", data: """{"keep":"1","change":"1","drop":"1"}""");
        var patched = (await Admin.Patch($"{Core}/configmaps/a", Json("""{"data":{"change":"2","drop":null,"add":"3"}}"""))).ShouldBe(200);
        patched["data"]!.ToJsonString().ShouldBe("""{"add":"3","change":"2","keep":"1"}""");
    }

    [Fact]
    public async Task A_version_in_a_merge_patch_is_a_precondition()
    {
        await CreateConfigMap("a");
        (await Admin.Patch($"{Core}/configmaps/a", Json("""{"metadata":{"resourceVersion":"1"},"data":{"a":"2"}}"""))).ShouldBe(409).Reason.ShouldBe("Conflict");
    }

    [Fact]
    public async Task A_wrong_uid_in_a_merge_patch_is_invalid()
    {
        await CreateConfigMap("a");
        (await Admin.Patch($"{Core}/configmaps/a", Json("""{"metadata":{"uid":"other"},"data":{"a":"2"}}"""))).ShouldBe(422).Message.ShouldContain("metadata.uid: Invalid value: \"other\": field is immutable");
    }

    [Fact]
    public async Task A_JSON_patch_tests_and_changes()
    {
        var made = await CreateConfigMap("a");
        (await Admin.Patch($"{Core}/configmaps/a", Json($$$"""[{"op":"test","path":"/metadata/uid","value":"{{{made.Uid}}}"},{"op":"replace","path":"/data/a","value":"2"}]"""), ApiClient.JsonPatch)).ShouldBe(200).Text("data", "a").ShouldBe("2");
        (await Admin.Patch($"{Core}/configmaps/a", Json("""[{"op":"test","path":"/metadata/uid","value":"other"}]"""), ApiClient.JsonPatch)).ShouldBe(422).Reason.ShouldBe("Invalid");
        (await Admin.Patch($"{Core}/configmaps/a", Json("""[{"op":"remove","path":"/data/none"}]"""), ApiClient.JsonPatch)).ShouldBe(422);
        (await Admin.Patch($"{Core}/configmaps/a", Json("""[{"op":"add","path":"/metadata/annotations","value":{"x~1y":"1"}},{"op":"copy","from":"/data/a","path":"/data/b"},{"op":"move","from":"/data/a","path":"/data/c"}]"""), ApiClient.JsonPatch)).ShouldBe(422);
        var moved = (await Admin.Patch($"{Core}/configmaps/a", Json("""[{"op":"copy","from":"/data/a","path":"/data/b"},{"op":"move","from":"/data/a","path":"/data/c"}]"""), ApiClient.JsonPatch)).ShouldBe(200);
        moved["data"]!.ToJsonString().ShouldBe("""{"b":"2","c":"2"}""");
    }

    [Fact]
    public async Task A_strategic_patch_joins_containers_by_name()
    {
        await CreateStatefulSet("db");
        var patched = (await Admin.Patch(
            $"{Apps}/statefulsets/db",
            Json("""{"spec":{"template":{"spec":{"containers":[{"name":"exporter","$patch":"delete"},{"name":"mysql","image":"mysql:9","env":[{"name":"A","value":"1"}]},{"name":"extra","image":"extra:1"}]}}}}"""),
            ApiClient.StrategicPatch)).ShouldBe(200);
        var containers = patched["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        containers.Select(container => container!["image"]!.GetValue<string>()).Order().ShouldBe(["extra:1", "mysql:9"]);
    }

    [Fact]
    public async Task A_merge_patch_replaces_lists()
    {
        await CreateStatefulSet("db");
        var patched = (await Admin.Patch($"{Apps}/statefulsets/db", Json("""{"spec":{"template":{"spec":{"containers":[{"name":"only","image":"only:1"}]}}}}"""))).ShouldBe(200);
        patched["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_patch_of_no_known_type_is_refused()
    {
        await CreateConfigMap("a");
        (await Admin.Patch($"{Core}/configmaps/a", Json("{}"), "application/json")).ShouldBe(415);
    }

    [Fact]
    public async Task A_patch_makes_nothing_new() =>
        (await Admin.Patch($"{Core}/configmaps/none", Json("{}"))).ShouldBe(404);
}
