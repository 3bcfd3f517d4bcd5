using System.Reflection;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Crds.Attributes;
using BackupOperator.Kubernetes.Crds.Schemas;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Crds;

/// <summary>Makes the CustomResourceDefinition of an entity from its C# type and the attributes on it.</summary>
public static class CrdGenerator
{
    public static JsonObject Generate<TEntity>()
        where TEntity : IKubernetesObject => Generate(typeof(TEntity));

    /// <exception cref="CrdGenerationException">The type has something that a structural schema cannot say.</exception>
    public static JsonObject Generate(Type entity)
    {
        var definition = EntityDefinition.Of(entity);
        return new()
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject { ["name"] = $"{definition.PluralName}.{definition.Group}" },
            ["spec"] = new JsonObject
            {
                ["group"] = definition.Group,
                ["names"] = Names(entity, definition),
                ["scope"] = definition.Scope.ToString(),
                ["versions"] = new JsonArray(Version(entity, definition)),
            },
        };
    }

    private static JsonObject Names(Type entity, EntityDefinition definition)
    {
        var names = new JsonObject
        {
            ["kind"] = definition.Kind,
            ["listKind"] = $"{definition.Kind}List",
            ["plural"] = definition.PluralName,
            ["singular"] = definition.Kind.ToLowerInvariant(),
        };
        if (entity.GetCustomAttribute<ShortNamesAttribute>() is { } shortNames)
        {
            names["shortNames"] = Texts(shortNames.ShortNames);
        }

        if (entity.GetCustomAttribute<CategoryAttribute>() is { } categories)
        {
            names["categories"] = Texts(categories.Categories);
        }

        return names;
    }

    private static JsonObject Version(Type entity, EntityDefinition definition)
    {
        var schema = new SchemaBuilder().BuildRoot(entity);
        var version = new JsonObject
        {
            ["name"] = definition.Version,
            ["served"] = true,
            ["storage"] = true,
            ["schema"] = new JsonObject { ["openAPIV3Schema"] = schema },
        };
        if (schema["properties"]!.AsObject().ContainsKey("status"))
        {
            version["subresources"] = new JsonObject { ["status"] = new JsonObject() };
        }

        var columns = entity.GetCustomAttributes<GenericAdditionalPrinterColumnAttribute>().Select(Column).ToArray();
        if (columns.Length > 0)
        {
            version["additionalPrinterColumns"] = new JsonArray(columns);
        }

        return version;
    }

    private static JsonObject Column(GenericAdditionalPrinterColumnAttribute column)
    {
        var node = new JsonObject { ["name"] = column.Name, ["type"] = column.Type, ["jsonPath"] = column.JsonPath };
        if (column.Format is not null)
        {
            node["format"] = column.Format;
        }

        if (column.Description is not null)
        {
            node["description"] = column.Description;
        }

        if (column.Priority != 0)
        {
            node["priority"] = column.Priority;
        }

        return node;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => JsonValue.Create(t))];
}
