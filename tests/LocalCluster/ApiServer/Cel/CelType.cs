using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>What is known of a value before there is one.</summary>
/// <param name="Kind">dyn, null_type, bool, int, uint, double, string, bytes, timestamp, duration, list, map or object.</param>
/// <param name="Schema">Where the value comes from a schema: its fields or items.</param>
/// <param name="Item">The items of a list that no schema describes.</param>
internal sealed record CelType(string Kind, ObjectSchema? Schema = null, CelType? Item = null)
{
    public static CelType Dynamic { get; } = new("dyn");

    public static CelType Bool { get; } = new("bool");

    public static CelType Of(ObjectSchema? schema) => schema switch
    {
        null or { IntOrString: true } => Dynamic,
        { Type: "object", Properties.Count: 0, AdditionalProperties: not null } => new("map", schema),
        { Type: "object", PreserveUnknown: true, Properties.Count: 0 } => Dynamic,
        { Type: "object" } => new("object", schema),
        { Type: "array" } => new("list", schema),
        { Type: "string", Format: "date-time" or "date" } => new("timestamp"),
        { Type: "string", Format: "duration" } => new("duration"),
        { Type: "string", Format: "byte" } => new("bytes"),
        { Type: "string" } => new("string"),
        { Type: "integer" } => new("int"),
        { Type: "number" } => new("double"),
        { Type: "boolean" } => Bool,
        _ => Dynamic,
    };

    public bool IsDynamic => Kind is "dyn" or "null_type";

    /// <summary>The type of an element of a list, or of a key of a map.</summary>
    public CelType Element => Kind switch
    {
        "list" => Item ?? Of(Schema?.Items),
        "map" => new("string"),
        _ => Dynamic,
    };

    /// <summary>
    /// Whether values of both types can be compared. Each object of a schema is a type of its own, however alike two of
    /// them are; what has no type yet matches everything.
    /// </summary>
    public bool Matches(CelType other) => IsDynamic || other.IsDynamic || (Kind == other.Kind && Kind switch
    {
        "object" => ReferenceEquals(Schema, other.Schema),
        "list" => Element.Matches(other.Element),
        "map" => Of(Schema?.AdditionalProperties).Matches(Of(other.Schema?.AdditionalProperties)),
        _ => true,
    });

    public override string ToString() => Kind == "list" ? $"list({Element})" : Kind;

    public static CelType OfLiteral(object? value) => value switch
    {
        null => new("null_type"),
        bool => Bool,
        long => new("int"),
        ulong => new("uint"),
        double => new("double"),
        string => new("string"),
        _ => new("bytes"),
    };
}
