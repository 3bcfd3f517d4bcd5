using System.Text.Json.Nodes;

namespace BackupOperator.LocalCluster.Tests.ApiServer.Support;

/// <summary>What a server answered.</summary>
public sealed record ApiAnswer(int Code, JsonNode Json, IReadOnlyList<string> Warnings)
{
    public JsonNode? this[string name] => Json[name];

    public string Reason => Json["reason"]?.GetValue<string>() ?? "";

    public string Message => Json["message"]?.GetValue<string>() ?? "";

    public string Uid => Text("metadata", "uid");

    public string ResourceVersion => Text("metadata", "resourceVersion");

    public long Generation => Json["metadata"]!["generation"]!.GetValue<long>();

    public IReadOnlyList<string> Causes => [.. (Json["details"]?["causes"] as JsonArray ?? []).Select(cause => $"{cause!["field"]}: {cause["message"]}")];

    public string Text(params string[] path) => path.Aggregate((JsonNode?)Json, (node, name) => node?[name])?.GetValue<string>() ?? "";

    public ApiAnswer ShouldBe(int code)
    {
        Code.ShouldBe(code, Json.ToJsonString());
        return this;
    }
}
