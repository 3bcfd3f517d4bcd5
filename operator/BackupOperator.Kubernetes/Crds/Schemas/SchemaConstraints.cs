using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Crds.Attributes;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.Crds.Schemas;

/// <summary>Adds what attributes say to a schema.</summary>
internal static class SchemaConstraints
{
    public static void Apply(JsonObject schema, MemberInfo member)
    {
        if (member.GetCustomAttribute<DescriptionAttribute>() is { } description)
        {
            schema["description"] = description.Description;
        }

        ApplyToScalar(Innermost(schema), member);
        ApplyToCollection(schema, member);
        ApplyFlags(schema, member);
        if (member.GetCustomAttribute<DefaultAttribute>() is { } value)
        {
            schema["default"] = DefaultNode(value, member);
        }

        ApplyRules(schema, member);
    }

    // Patterns, lengths and ranges of a list or map are those of its items.
    private static JsonObject Innermost(JsonObject schema) =>
        schema["items"] is JsonObject items ? Innermost(items)
        : schema["additionalProperties"] is JsonObject values ? Innermost(values)
        : schema;

    private static void ApplyToScalar(JsonObject schema, MemberInfo member)
    {
        if (member.GetCustomAttribute<PatternAttribute>() is { } pattern)
        {
            schema["pattern"] = pattern.RegexPattern;
        }

        if (member.GetCustomAttribute<FormatAttribute>() is { } format)
        {
            schema["format"] = format.Format;
        }

        if (member.GetCustomAttribute<LengthAttribute>() is { } length)
        {
            SetUnlessNegative(schema, "minLength", length.MinLength);
            SetUnlessNegative(schema, "maxLength", length.MaxLength);
        }

        if (member.GetCustomAttribute<RangeMinimumAttribute>() is { } minimum)
        {
            schema["minimum"] = Number(minimum.Minimum);
            SetIf(schema, "exclusiveMinimum", minimum.ExclusiveMinimum);
        }

        if (member.GetCustomAttribute<RangeMaximumAttribute>() is { } maximum)
        {
            schema["maximum"] = Number(maximum.Maximum);
            SetIf(schema, "exclusiveMaximum", maximum.ExclusiveMaximum);
        }
    }

    private static void ApplyToCollection(JsonObject schema, MemberInfo member)
    {
        if (member.GetCustomAttribute<ItemsAttribute>() is { } items)
        {
            var isMap = schema.ContainsKey("additionalProperties");
            SetUnlessNegative(schema, isMap ? "minProperties" : "minItems", items.MinItems);
            SetUnlessNegative(schema, isMap ? "maxProperties" : "maxItems", items.MaxItems);
        }

        if (member.GetCustomAttribute<ListTypeAttribute>() is { } list)
        {
            schema["x-kubernetes-list-type"] = list.Type;
            if (list.MapKeys.Count > 0)
            {
                CheckKeys(schema, list, member);
                schema["x-kubernetes-list-map-keys"] = new JsonArray([.. list.MapKeys.Select(k => JsonValue.Create(k))]);
            }
        }
    }

    // The API server refuses a key that an item may lack.
    private static void CheckKeys(JsonObject schema, ListTypeAttribute list, MemberInfo member)
    {
        var required = (schema["items"]?["required"] as JsonArray)?.Select(r => r!.GetValue<string>()).ToHashSet(StringComparer.Ordinal) ?? [];
        var optional = list.MapKeys.FirstOrDefault(key => !required.Contains(key) && schema["items"]?["properties"]?[key]?["default"] is null);
        if (optional is not null)
        {
            throw new CrdGenerationException($"The key '{optional}' of the list {member.DeclaringType?.Name}.{member.Name} must be required in its items, or have a default.");
        }
    }

    private static void ApplyFlags(JsonObject schema, MemberInfo member)
    {
        SetIf(schema, "nullable", member.IsDefined(typeof(NullableAttribute)));
        var embedded = member.IsDefined(typeof(EmbeddedResourceAttribute));
        SetIf(schema, "x-kubernetes-embedded-resource", embedded);
        SetIf(schema, "x-kubernetes-preserve-unknown-fields", embedded || member.IsDefined(typeof(PreserveUnknownFieldsAttribute)));
    }

    private static void ApplyRules(JsonObject schema, MemberInfo member)
    {
        // Those of the type come first; the property adds its own.
        var rules = schema["x-kubernetes-validations"] as JsonArray ?? [];
        foreach (var rule in member.GetCustomAttributes<ValidationRuleAttribute>())
        {
            rules.Add((JsonNode)Rule(rule));
        }

        if (rules.Count > 0 && rules.Parent is null)
        {
            schema["x-kubernetes-validations"] = rules;
        }
    }

    private static JsonObject Rule(ValidationRuleAttribute rule)
    {
        var node = new JsonObject { ["rule"] = rule.Rule };
        foreach (var (name, text) in new[]
                 {
                     ("message", rule.Message), ("messageExpression", rule.MessageExpression),
                     ("fieldPath", rule.FieldPath), ("reason", rule.Reason),
                 })
        {
            if (text is not null)
            {
                node[name] = text;
            }
        }

        SetIf(node, "optionalOldSelf", rule.OptionalOldSelf);
        return node;
    }

    private static JsonNode? DefaultNode(DefaultAttribute value, MemberInfo member)
    {
        if (!value.Json)
        {
            return JsonSerializer.SerializeToNode(value.Value, value.Value.GetType(), KubernetesJson.Options);
        }

        try
        {
            return JsonNode.Parse((string)value.Value);
        }
        catch (JsonException)
        {
            throw new CrdGenerationException($"The default of {member.DeclaringType?.Name}.{member.Name} is no JSON: {value.Value}");
        }
    }

    private static JsonValue Number(double value) => value == Math.Floor(value) ? JsonValue.Create((long)value) : JsonValue.Create(value);

    private static void SetUnlessNegative(JsonObject schema, string key, int value)
    {
        if (value >= 0)
        {
            schema[key] = value;
        }
    }

    private static void SetIf(JsonObject schema, string key, bool value)
    {
        if (value)
        {
            schema[key] = true;
        }
    }
}
