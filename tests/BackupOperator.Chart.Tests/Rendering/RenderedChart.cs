namespace BackupOperator.Chart.Tests.Rendering;

/// <summary>What a chart has come to.</summary>
/// <param name="answer">The renderer's.</param>
public sealed class RenderedChart(JsonObject answer)
{
    /// <summary>Null where it could be rendered.</summary>
    public string? Error => (string?)answer["error"];

    public string Notes => (string)answer["notes"]!;

    public IReadOnlyList<JsonObject> Objects { get; } = [.. answer["documents"]!.AsArray().Select(d => d!["object"]!.AsObject())];

    public JsonObject this[string kind] => Of(kind).ShouldHaveSingleItem(kind);

    /// <summary>The container of the Deployment.</summary>
    public JsonObject Container => this["Deployment"]["spec"]!["template"]!["spec"]!["containers"]!.AsArray().ShouldHaveSingleItem()!.AsObject();

    public IReadOnlyList<string> Arguments => [.. (Container["args"]?.AsArray() ?? []).Select(a => (string)a!)];

    /// <summary>The variables of the container that have a value.</summary>
    public IReadOnlyDictionary<string, string> Variables =>
        Container["env"]!.AsArray().Where(v => v!["value"] is not null).ToDictionary(v => (string)v!["name"]!, v => (string)v!["value"]!, StringComparer.Ordinal);

    public IReadOnlyList<JsonObject> Of(string kind) => [.. Objects.Where(o => (string?)o["kind"] == kind)];

    /// <summary>All objects as a text to compare.</summary>
    public override string ToString() => string.Join('\n', Objects.Select(o => o.ToJsonString()));
}
