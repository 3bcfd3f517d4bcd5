using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Crds.Schemas;

/// <summary>Schemas of types that have no fields of their own.</summary>
internal static class ScalarSchemas
{
    // Bounds what the API server reckons that a validation rule over it may cost.
    private const int MaxDurationLength = 32;

    public static JsonObject? Find(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
        {
            return Enum(type);
        }

        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => Of("string"),
            TypeCode.Boolean => Of("boolean"),
            TypeCode.Int16 or TypeCode.Int32 or TypeCode.Byte => Of("integer", "int32"),
            TypeCode.Int64 or TypeCode.UInt32 => Of("integer", "int64"),
            TypeCode.Double or TypeCode.Single => Of("number", "double"),
            _ => FindKnown(type),
        };
    }

    private static JsonObject? FindKnown(Type type)
    {
        if (type == typeof(DateTimeOffset))
        {
            return Of("string", "date-time");
        }

        if (type == typeof(byte[]))
        {
            return Of("string", "byte");
        }

        if (type == typeof(KubernetesDuration))
        {
            return new() { ["type"] = "string", ["pattern"] = KubernetesDuration.Pattern, ["maxLength"] = MaxDurationLength };
        }

        if (type == typeof(ResourceQuantity))
        {
            var schema = IntOrString();
            schema["pattern"] = ResourceQuantity.Pattern;
            return schema;
        }

        if (type == typeof(IntOrString))
        {
            return IntOrString();
        }

        if (type == typeof(JsonObject))
        {
            return new() { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
        }

        return type == typeof(JsonNode) || type == typeof(JsonElement) || type == typeof(object)
            ? new() { ["x-kubernetes-preserve-unknown-fields"] = true }
            : null;
    }

    private static JsonObject Of(string type, string? format = null)
    {
        var schema = new JsonObject { ["type"] = type };
        if (format is not null)
        {
            schema["format"] = format;
        }

        return schema;
    }

    private static JsonObject IntOrString() =>
        new()
        {
            ["anyOf"] = new JsonArray(Of("integer"), Of("string")),
            ["x-kubernetes-int-or-string"] = true,
        };

    private static JsonObject Enum(Type type)
    {
        var names = type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(EnumName);
        return new() { ["type"] = "string", ["enum"] = new JsonArray([.. names.Select(n => JsonValue.Create(n))]) };
    }

    internal static string EnumName(FieldInfo member) =>
        member.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? member.Name;
}
