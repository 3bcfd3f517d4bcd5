using System.Text.Json.Nodes;
using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer;

/// <summary>Following changes.</summary>
public sealed class WatchTests(ApiUnderTest api) : ApiSemantics(api)
{
    [Fact]
    public async Task Every_change_after_the_version_is_told_once()
    {
        var made = await CreateConfigMap("a");
        await Admin.Patch($"{Core}/configmaps/a", Json("""{"data":{"a":"2"}}"""));
        await Admin.Delete($"{Core}/configmaps/a");
        (await Types($"{Core}/configmaps?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Da&resourceVersion={made.ResourceVersion}")).ShouldBe(["MODIFIED", "DELETED"]);
    }

    [Fact]
    public async Task A_watch_from_nothing_begins_with_what_is_there()
    {
        await CreateConfigMap("a");
        (await Types($"{Core}/configmaps?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Da")).ShouldBe(["ADDED"]);
    }

    [Fact]
    public async Task Changes_come_while_the_watch_runs()
    {
        using var stop = new CancellationTokenSource();
        var seen = new List<string>();
        var version = (await Admin.Get($"{Core}/configmaps")).ResourceVersion;
        var watching = Task.Run(async () =>
        {
            await foreach (var message in Admin.Watch($"{Core}/configmaps?watch=true&labelSelector=live&resourceVersion={version}", stop.Token))
            {
                seen.Add(Describe(message));
                if (seen.Count == 4)
                {
                    return;
                }
            }
        });
        await CreateConfigMap("a", ""","labels":{"live":"yes"}""");
        await Admin.Patch($"{Core}/configmaps/a", Json("""{"data":{"a":"2"}}"""));
        await Admin.Patch($"{Core}/configmaps/a", Json("""{"metadata":{"labels":null}}"""));
        await Admin.Patch($"{Core}/configmaps/a", Json("""{"metadata":{"labels":{"live":"again"}}}"""));
        await watching.WaitAsync(TimeSpan.FromSeconds(15));
        seen.ShouldBe(["ADDED a 1", "MODIFIED a 2", "DELETED a 2", "ADDED a 2"]);
    }

    [Fact]
    public async Task The_initial_state_ends_with_a_bookmark_that_says_so()
    {
        await CreateConfigMap("a");
        var messages = await All($"{Core}/configmaps?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=2&fieldSelector=metadata.name%3Da");
        messages[0]["type"]!.GetValue<string>().ShouldBe("ADDED");
        messages[1]["type"]!.GetValue<string>().ShouldBe("BOOKMARK");
        messages[1]["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.GetValue<string>().ShouldBe("true");
    }

    [Fact]
    public async Task Initial_events_need_a_match_rule() =>
        (await Admin.Get($"{Core}/configmaps?watch=true&sendInitialEvents=true&timeoutSeconds=1")).ShouldBe(422).Message.ShouldContain("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");

    private static string Describe(JsonNode message) =>
        $"{message["type"]} {message["object"]!["metadata"]!["name"]} {message["object"]!["data"]?["a"]}";

    private async Task<List<JsonNode>> All(string path)
    {
        var messages = new List<JsonNode>();
        await foreach (var message in Admin.Watch(path))
        {
            messages.Add(message);
        }

        return messages;
    }

    private async Task<IEnumerable<string>> Types(string path) => (await All(path)).Select(message => message["type"]!.GetValue<string>());
}
