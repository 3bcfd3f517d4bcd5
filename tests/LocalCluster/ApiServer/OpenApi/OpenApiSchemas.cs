using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.OpenApi;

/// <summary>Writes schemas as OpenAPI v3, whole and without references.</summary>
internal static class OpenApiSchemas
{
    public static JsonObject Of(ObjectSchema schema, bool isResource = false)
    {
        var result = new JsonObject();
        if (schema.Description.Length > 0)
        {
            result["description"] = schema.Description;
        }

        if (schema.IntOrString)
        {
            result["x-kubernetes-int-or-string"] = true;
            result["oneOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" });
        }
        else if (schema.Type.Length > 0)
        {
            result["type"] = schema.Type;
        }
        else
        {
            result["type"] = "object";
        }

        if (schema.Format is { Length: > 0 } format && format != "quantity")
        {
            result["format"] = format;
        }

        if (schema.Default is not null)
        {
            result["default"] = JsonNodes.Copy(schema.Default);
        }

        if (schema.Enum.Count > 0)
        {
            result["enum"] = new JsonArray([.. schema.Enum.Select(JsonNodes.Copy)]);
        }

        AddFields(result, schema, isResource);
        AddExtensions(result, schema);
        return result;
    }

    private static void AddFields(JsonObject result, ObjectSchema schema, bool isResource)
    {
        var properties = new JsonObject();
        if (isResource)
        {
            properties["apiVersion"] = new JsonObject { ["type"] = "string", ["description"] = "The version of the schema of this object, such as apps/v1." };
            properties["kind"] = new JsonObject { ["type"] = "string", ["description"] = "What this object is." };
            properties["metadata"] = Of(BuiltInSchemas.Metadata);
        }

        foreach (var (name, field) in schema.Properties)
        {
            if (!properties.ContainsKey(name))
            {
                properties[name] = Of(field);
            }
        }

        if (properties.Count > 0)
        {
            result["properties"] = properties;
        }

        if (schema.Required.Count > 0)
        {
            result["required"] = new JsonArray([.. schema.Required.Select(name => JsonValue.Create(name))]);
        }

        if (schema.AdditionalProperties is { } values)
        {
            result["additionalProperties"] = Of(values);
        }

        if (schema.Items is { } items)
        {
            result["items"] = Of(items);
        }
    }

    private static void AddExtensions(JsonObject result, ObjectSchema schema)
    {
        if (schema.PreserveUnknown)
        {
            result["x-kubernetes-preserve-unknown-fields"] = true;
        }

        if (schema.ListType.Length > 0)
        {
            result["x-kubernetes-list-type"] = schema.ListType;
        }

        if (schema.ListMapKeys.Count > 0)
        {
            result["x-kubernetes-list-map-keys"] = new JsonArray([.. schema.ListMapKeys.Select(key => JsonValue.Create(key))]);
        }

        if (schema.MapType.Length > 0)
        {
            result["x-kubernetes-map-type"] = schema.MapType;
        }
    }
}
