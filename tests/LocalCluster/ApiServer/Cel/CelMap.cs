using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>A map or an object: JSON read lazily, or a map literal.</summary>
internal sealed class CelMap
{
    private readonly JsonObject? source;
    private readonly ObjectSchema? schema;
    private readonly List<(object? Key, object? Value)>? entries;

    public CelMap(JsonObject source, ObjectSchema? schema) => (this.source, this.schema) = (source, schema);

    public CelMap(List<(object? Key, object? Value)> entries) => this.entries = entries;

    public int Count => source?.Count ?? entries!.Count;

    public IEnumerable<object?> Keys => source is null ? entries!.Select(entry => entry.Key) : source.Select(pair => (object?)pair.Key);

    public bool TryGet(object? key, out object? value)
    {
        if (source is null)
        {
            foreach (var entry in entries!)
            {
                if (CelEquality.Same(entry.Key, key))
                {
                    value = entry.Value;
                    return true;
                }
            }
        }
        else if (key is string name && source.TryGetPropertyValue(name, out var node) && (node is not null || schema?.Field(name) is not { Nullable: false, PreserveUnknown: false }))
        {
            value = CelData.From(node, schema?.Field(name));
            return true;
        }

        value = null;
        return false;
    }
}
