using System.Text.Json.Nodes;
using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer;

/// <summary>Selecting and paging.</summary>
public sealed class ListTests(ApiUnderTest api) : ApiSemantics(api)
{
    [Theory]
    [InlineData("labelSelector=tier%3Ddb", "a,b")]
    [InlineData("labelSelector=tier%21%3Ddb,tier", "c")]
    [InlineData("labelSelector=tier%20in%20(db,web),name%20notin%20(a)", "b,c")]
    [InlineData("labelSelector=!tier", "d")]
    [InlineData("fieldSelector=metadata.name%3Dc", "c")]
    [InlineData("fieldSelector=metadata.name%21%3Dc", "a,b,d")]
    public async Task Lists_can_be_narrowed(string query, string names)
    {
        await CreateConfigMap("a", ""","labels":{"tier":"db","name":"a"}""");
        await CreateConfigMap("b", ""","labels":{"tier":"db","name":"b"}""");
        await CreateConfigMap("c", ""","labels":{"tier":"web","name":"c"}""");
        await CreateConfigMap("d", ""","labels":{"test":"yes"}""");
        var list = (await Admin.Get($"{Core}/configmaps?{query}")).ShouldBe(200);
        Names(list).Where(name => name != "kube-root-ca.crt").ShouldBe(names.Split(','));
    }

    [Theory]
    [InlineData("fieldSelector=data.a%3D1", 400, "known field selector")]
    [InlineData("labelSelector=a%20b", 400, "unable to parse requirement")]
    [InlineData("resourceVersion=abc", 400, "invalid resource version")]
    [InlineData("resourceVersion=99999999", 504, "Too large resource version: 99999999")]
    [InlineData("continue=abc", 400, "continue key is not valid")]
    [InlineData("resourceVersionMatch=Exact", 422, "resourceVersionMatch is forbidden unless resourceVersion is provided")]
    public async Task A_list_that_cannot_be_made_says_why(string query, int code, string message) =>
        (await Admin.Get($"{Core}/configmaps?{query}")).ShouldBe(code).Message.ShouldContain(message);

    [Fact]
    public async Task Pages_show_the_state_at_the_first_page()
    {
        foreach (var name in (string[])["a", "b", "c"])
        {
            await CreateConfigMap(name, ""","labels":{"page":"yes"}""");
        }

        var first = (await Admin.Get($"{Core}/configmaps?labelSelector=page&limit=2")).ShouldBe(200);
        Names(first).ShouldBe(["a", "b"]);
        await Admin.Delete($"{Core}/configmaps/c");
        await CreateConfigMap("d", ""","labels":{"page":"yes"}""");
        var rest = (await Admin.Get($"{Core}/configmaps?labelSelector=page&limit=2&continue={Uri.EscapeDataString(first.Text("metadata", "continue"))}")).ShouldBe(200);
        Names(rest).ShouldBe(["c"]);
        rest.Text("metadata", "continue").ShouldBeEmpty();
        rest.ResourceVersion.ShouldBe(first.ResourceVersion);
    }

    [Fact]
    public async Task A_list_at_an_exact_version_shows_that_version()
    {
        var made = await CreateConfigMap("a");
        await Admin.Patch($"{Core}/configmaps/a", Json("""{"data":{"a":"2"}}"""));
        var old = (await Admin.Get($"{Core}/configmaps?resourceVersion={made.ResourceVersion}&resourceVersionMatch=Exact&fieldSelector=metadata.name%3Da")).ShouldBe(200);
        old["items"]![0]!["data"]!["a"]!.GetValue<string>().ShouldBe("1");
        var fresh = (await Admin.Get($"{Core}/configmaps?resourceVersion={made.ResourceVersion}&resourceVersionMatch=NotOlderThan&fieldSelector=metadata.name%3Da")).ShouldBe(200);
        fresh["items"]![0]!["data"]!["a"]!.GetValue<string>().ShouldBe("2");
    }

    [Fact]
    public async Task A_whole_collection_can_be_deleted()
    {
        await CreateConfigMap("a", ""","labels":{"gone":"yes"}""");
        await CreateConfigMap("b", ""","labels":{"gone":"no"}""");
        (await Admin.Delete($"{Core}/configmaps?labelSelector=gone%3Dyes")).ShouldBe(200);
        (await Admin.Get($"{Core}/configmaps/a")).ShouldBe(404);
        (await Admin.Get($"{Core}/configmaps/b")).ShouldBe(200);
    }

    private static IEnumerable<string> Names(ApiAnswer list) => ((JsonArray)list["items"]!).Select(item => item!["metadata"]!["name"]!.GetValue<string>());
}
