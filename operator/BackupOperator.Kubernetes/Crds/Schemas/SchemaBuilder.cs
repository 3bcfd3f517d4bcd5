using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BackupOperator.Kubernetes.Crds.Attributes;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Crds.Schemas;

/// <summary>Structural OpenAPI v3 schemas of C# types, with what attributes and documentation comments add to them.</summary>
internal sealed class SchemaBuilder
{
    private static readonly string[] RootFields = [nameof(IKubernetesObject.ApiVersion), nameof(IKubernetesObject.Kind), nameof(IKubernetesObject.Metadata)];

    private readonly DocumentationComments comments = new();
    private readonly Stack<Type> path = [];

    /// <summary>The schema of a whole object: its type and metadata, and the fields of its own.</summary>
    public JsonObject BuildRoot(Type entity)
    {
        var schema = BuildObject(entity, p => !RootFields.Contains(p.Name));
        var properties = schema["properties"]!.AsObject();
        properties["apiVersion"] = new JsonObject { ["type"] = "string" };
        properties["kind"] = new JsonObject { ["type"] = "string" };
        properties["metadata"] = new JsonObject { ["type"] = "object" };
        if (properties["spec"] is JsonObject spec && spec.ContainsKey("required"))
        {
            schema["required"] = new JsonArray("spec");
        }

        return schema;
    }

    private JsonObject Build(Type type) =>
        ScalarSchemas.Find(type)
        ?? (CollectionTypes.ValueOfMap(type) is { } value ? new JsonObject { ["type"] = "object", ["additionalProperties"] = Build(value) } : null)
        ?? (CollectionTypes.ItemOfList(type) is { } item ? new JsonObject { ["type"] = "array", ["items"] = Build(item) } : null)
        ?? BuildObject(type, _ => true);

    private JsonObject BuildObject(Type type, Func<PropertyInfo, bool> include)
    {
        if (path.Contains(type))
        {
            throw new CrdGenerationException($"{type.Name} contains itself ({string.Join(" > ", path.Reverse().Select(t => t.Name))}); a structural schema has no recursion.");
        }

        if (type.IsPrimitive || type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true || type.IsInterface)
        {
            throw new CrdGenerationException($"{type} in {path.FirstOrDefault()?.Name} has no schema.");
        }

        path.Push(type);
        var schema = new JsonObject { ["type"] = "object" };
        var properties = new JsonObject();
        var required = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => IsField(p) && include(p)))
        {
            var name = NameOf(property);
            properties[name] = BuildProperty(property);
            if (property.IsDefined(typeof(RequiredAttribute)) || property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute)))
            {
                required.Add(name);
            }
        }

        path.Pop();
        schema["properties"] = properties;
        if (required.Count > 0)
        {
            schema["required"] = new JsonArray([.. required.Select(r => JsonValue.Create(r))]);
        }

        if (HasOtherFields(type))
        {
            schema["x-kubernetes-preserve-unknown-fields"] = true;
        }

        if (comments.Of(type) is { } description)
        {
            schema["description"] = description;
        }

        SchemaConstraints.Apply(schema, type);
        return schema;
    }

    private JsonObject BuildProperty(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var schema = property.IsDefined(typeof(PreserveUnknownFieldsAttribute)) || property.IsDefined(typeof(EmbeddedResourceAttribute))
            ? new JsonObject { ["type"] = "object" }
            : Build(type);
        if (property.IsDefined(typeof(WithoutTransitionRulesAttribute)))
        {
            TransitionRules.Remove(schema);
        }

        if (comments.Of(property) is { } description)
        {
            schema["description"] = description;
        }

        SchemaConstraints.Apply(schema, property);
        return schema;
    }

    private static bool IsField(PropertyInfo property) =>
        property.CanRead
        && property.SetMethod is { IsPublic: true }
        && property.GetIndexParameters().Length == 0
        && !property.IsDefined(typeof(IgnoreAttribute))
        && !property.IsDefined(typeof(JsonExtensionDataAttribute))
        && property.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always };

    private static bool HasOtherFields(Type type) =>
        type.IsDefined(typeof(PreserveUnknownFieldsAttribute))
        || type.GetProperties().Any(p => p.IsDefined(typeof(JsonExtensionDataAttribute)));

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
}
