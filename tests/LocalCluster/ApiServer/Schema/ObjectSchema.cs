using BackupOperator.LocalCluster.ApiServer.Cel;

namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>What values a field may have: the part of OpenAPI v3 that structural schemas use, with Kubernetes's extensions.</summary>
internal sealed class ObjectSchema
{
    public ObjectSchema()
        : this(new Dictionary<string, ObjectSchema>(StringComparer.Ordinal), [])
    {
    }

    private ObjectSchema(Dictionary<string, ObjectSchema> properties, List<string> required) => (Properties, Required) = (properties, required);

    /// <summary>object, array, string, integer, number, boolean, or empty for anything.</summary>
    public string Type { get; set; } = "";

    public string Format { get; init; } = "";

    public string Description { get; set; } = "";

    public bool Nullable { get; init; }

    public bool IntOrString { get; init; }

    /// <summary>Unknown fields are kept (<c>x-kubernetes-preserve-unknown-fields</c>).</summary>
    public bool PreserveUnknown { get; init; }

    /// <summary>The value is a whole object with apiVersion, kind and metadata (<c>x-kubernetes-embedded-resource</c>).</summary>
    public bool EmbeddedResource { get; init; }

    public JsonNode? Default { get; init; }

    public Dictionary<string, ObjectSchema> Properties { get; }

    public List<string> Required { get; }

    /// <summary>The schema of values under keys that are no properties; null where there may be none.</summary>
    public ObjectSchema? AdditionalProperties { get; set; }

    public ObjectSchema? Items { get; set; }

    public IReadOnlyList<JsonNode?> Enum { get; init; } = [];

    public ValueLimits Limits { get; init; } = ValueLimits.None;

    /// <summary>atomic, set or map; empty is atomic.</summary>
    public string ListType { get; init; } = "";

    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    /// <summary>granular or atomic; empty is granular.</summary>
    public string MapType { get; init; } = "";

    /// <summary>The key by which strategic merge patch joins the items of a list; empty for replacement as a whole.</summary>
    public string PatchMergeKey { get; init; } = "";

    /// <summary>Whether strategic merge patch joins a list of scalars.</summary>
    public bool PatchMerges { get; init; }

    public IReadOnlyList<CelRule> Rules { get; init; } = [];

    public IReadOnlyList<ObjectSchema> AllOf { get; init; } = [];

    public IReadOnlyList<ObjectSchema> AnyOf { get; init; } = [];

    public IReadOnlyList<ObjectSchema> OneOf { get; init; } = [];

    public ObjectSchema? Not { get; init; }

    /// <summary>The same type with a default; the fields are shared, also those that are added later.</summary>
    public ObjectSchema WithDefault(JsonNode value) => new(Properties, Required) { Type = Type, MapType = MapType, Default = value };

    /// <summary>The schema of a resource with the fields that every object has.</summary>
    public static ObjectSchema ForMerging(ObjectSchema? resource)
    {
        var properties = new Dictionary<string, ObjectSchema>(resource?.Properties ?? [], StringComparer.Ordinal)
        {
            ["apiVersion"] = new() { Type = "string" },
            ["kind"] = new() { Type = "string" },
            ["metadata"] = BuiltInSchemas.Metadata,
        };
        return new ObjectSchema(properties, []) { Type = "object" };
    }

    /// <summary>The schema of a named field.</summary>
    public ObjectSchema? Field(string name) => Properties.GetValueOrDefault(name) ?? AdditionalProperties;

    public bool IsMapList => ListType == "map" && ListMapKeys.Count > 0;
}
