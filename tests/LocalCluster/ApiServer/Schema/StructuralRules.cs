using System.Text.RegularExpressions;
using BackupOperator.LocalCluster.ApiServer.Cel;

namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>
/// Whether a schema is one that the API server takes: structural, with right defaults, patterns and rules. The estimate of a
/// rule's cost is not made here.
/// </summary>
internal static class StructuralRules
{
    public static IEnumerable<FieldError> Check(JsonObject schema, string path, bool isRoot = true)
    {
        foreach (var error in Shape(schema, path).Concat(Pattern(schema, path)).Concat(Default(schema, path)).Concat(isRoot ? RulesBelow(WithObjectNames(schema), path) : []))
        {
            yield return error;
        }

        foreach (var (child, childPath) in Children(schema, path))
        {
            foreach (var error in Check(child, childPath, isRoot: false))
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<(JsonObject Child, string Path)> Children(JsonObject schema, string path)
    {
        foreach (var (name, child) in schema["properties"] as JsonObject ?? [])
        {
            if (child is JsonObject field)
            {
                yield return (field, $"{path}.properties[{name}]");
            }
        }

        if (schema["items"] is JsonObject items)
        {
            yield return (items, $"{path}.items");
        }

        if (schema["additionalProperties"] is JsonObject values)
        {
            yield return (values, $"{path}.additionalProperties");
        }
    }

    private static IEnumerable<FieldError> Shape(JsonObject schema, string path)
    {
        var type = schema.Text("type");
        if (string.IsNullOrEmpty(type) && !schema.Flag("x-kubernetes-int-or-string") && !schema.Flag("x-kubernetes-preserve-unknown-fields"))
        {
            yield return FieldError.Required($"{path}.type", "must not be empty for specified object fields");
        }

        if (type == "array" && schema["items"] is not JsonObject)
        {
            yield return FieldError.Required($"{path}.items", "must be specified");
        }

        if (schema.Text("x-kubernetes-list-type") == "map" && !schema.Texts("x-kubernetes-list-map-keys").Any())
        {
            yield return FieldError.Required($"{path}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map");
        }

        if (schema["properties"] is JsonObject { Count: > 0 } && schema["additionalProperties"] is not null)
        {
            yield return FieldError.Forbidden($"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive");
        }

        foreach (var key in schema.Texts("x-kubernetes-list-map-keys").Where(key => schema.At("items", "properties", key) is null))
        {
            yield return FieldError.Invalid($"{path}.x-kubernetes-list-map-keys", JsonValue.Create(key), "entries must all be names of item properties");
        }
    }

    private static IEnumerable<FieldError> Pattern(JsonObject schema, string path)
    {
        if (schema.Text("pattern") is not { } pattern)
        {
            yield break;
        }

        string? problem = null;
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException error)
        {
            problem = error.Message;
        }

        if (problem is not null || pattern.Contains("(?=", StringComparison.Ordinal) || pattern.Contains("(?!", StringComparison.Ordinal) || pattern.Contains("(?<", StringComparison.Ordinal))
        {
            // Go's expressions have no look-around.
            yield return FieldError.Invalid($"{path}.pattern", JsonValue.Create(pattern), $"must be a valid regular expression, but isn't: error parsing regexp: {problem ?? "invalid or unsupported Perl syntax"}");
        }
    }

    private static IEnumerable<FieldError> Default(JsonObject schema, string path)
    {
        if (schema["default"] is not { } value || Readable(schema) is not { } readable)
        {
            return [];
        }

        var holder = new ObjectSchema { Type = "object" };
        holder.Properties["value"] = readable;
        return SchemaValidator.Validate(new JsonObject { ["value"] = JsonNodes.Copy(value) }, null, holder)
            .Select(error => error with { Field = $"{path}.default{error.Field["value".Length..]}", Body = error.Body.Replace("value in body", " in body", StringComparison.Ordinal) });
    }

    private static ObjectSchema? Readable(JsonObject schema)
    {
        try
        {
            return SchemaReader.Read(schema);
        }
        catch (Exception error) when (error is CelException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>At the root a rule may name the object's own name, whatever the schema says of its metadata.</summary>
    private static JsonObject WithObjectNames(JsonObject schema)
    {
        var copy = JsonNodes.CopyObject(schema);
        if (copy["properties"]?["metadata"] is JsonObject metadata)
        {
            metadata["properties"] = new JsonObject
            {
                ["name"] = new JsonObject { ["type"] = "string" },
                ["generateName"] = new JsonObject { ["type"] = "string" },
            };
        }

        return copy;
    }

    private static IEnumerable<FieldError> RulesBelow(JsonObject schema, string path)
    {
        var rules = schema.Objects("x-kubernetes-validations").ToList();
        for (var index = 0; index < rules.Count; index++)
        {
            if (Rule(rules[index], schema) is { } problem)
            {
                yield return new FieldError("FieldValueInvalid", $"{path}.x-kubernetes-validations[{index}].rule", $"Invalid value: {FieldError.Describe(rules[index]["rule"])}: {problem}");
            }

            if (rules[index].Text("message")?.Contains('\n', StringComparison.Ordinal) ?? false)
            {
                yield return FieldError.Invalid($"{path}.x-kubernetes-validations[{index}].message", rules[index]["message"], "must not contain line breaks");
            }
        }

        foreach (var (child, childPath) in Children(schema, path))
        {
            foreach (var error in RulesBelow(child, childPath))
            {
                yield return error;
            }
        }
    }

    private static string? Rule(JsonObject rule, JsonObject schema)
    {
        try
        {
            var self = CelType.Of(SchemaReader.Read(WithoutRules(schema)));
            var checker = new CelChecker(new Dictionary<string, CelType>(StringComparer.Ordinal) { ["self"] = self, ["oldSelf"] = self });
            var type = checker.Check(CelParser.Parse(rule.Text("rule") ?? ""));
            if (rule.Text("messageExpression") is { Length: > 0 } message)
            {
                checker.Check(CelParser.Parse(message));
            }

            return type.IsDynamic || type.Kind == "bool" ? null : "cel expression must evaluate to a bool";
        }
        catch (Exception error) when (error is CelException or ArgumentException)
        {
            return $"compilation failed: ERROR: {error.Message}";
        }
    }

    /// <summary>The schema as its own rules see it; their mistakes are told one by one.</summary>
    private static JsonObject WithoutRules(JsonObject schema)
    {
        var copy = JsonNodes.CopyObject(schema);
        copy.Remove("x-kubernetes-validations");
        foreach (var (child, _) in Children(copy, "").ToList())
        {
            child.Remove("x-kubernetes-validations");
            foreach (var (name, value) in WithoutRules(child).ToList())
            {
                child[name] = JsonNodes.Copy(value);
            }
        }

        return copy;
    }
}
