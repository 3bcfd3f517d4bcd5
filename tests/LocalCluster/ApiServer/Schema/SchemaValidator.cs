using BackupOperator.LocalCluster.ApiServer.Cel;

namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>
/// Checks objects against a schema in the words of the API server. Values that an update leaves as they were are not
/// checked again (validation ratcheting), so that a stricter schema does not lock old objects.
/// </summary>
internal sealed class SchemaValidator
{
    private const string SkippedRules = "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
    private readonly List<FieldError> errors = [];

    /// <summary>Whether something is so wrong that CEL rules cannot be evaluated.</summary>
    private bool blocking;

    public static IReadOnlyList<FieldError> Validate(JsonObject root, JsonObject? old, ObjectSchema schema)
    {
        var validator = new SchemaValidator();
        validator.Check(root, old, schema, "", isResource: true);
        var rules = new RuleRunner(validator.errors);
        if (!validator.blocking)
        {
            rules.Run(root, old, schema);
        }
        else if (RuleRunner.HasRules(schema))
        {
            validator.errors.Add(FieldError.Invalid("<nil>", null, SkippedRules) with { Body = $"Invalid value: null: {SkippedRules}" });
        }

        return validator.errors;
    }

    private void Check(JsonNode? value, JsonNode? old, ObjectSchema schema, string path, bool isResource = false)
    {
        if (old is not null && JsonNodes.Same(value, old))
        {
            return;
        }

        if (value is null)
        {
            if (!schema.Nullable && schema.Type.Length > 0)
            {
                Block(FieldError.InvalidType(path, JsonValue.Create("null"), $"{path} in body must be of type {schema.Type}: \"null\""));
            }

            return;
        }

        if (TypeProblem(value, schema) is { } expected)
        {
            var actual = TypeName(value);
            Block(FieldError.InvalidType(path, JsonValue.Create(actual), $"{path} in body must be of type {expected}: \"{actual}\""));
            return;
        }

        if (schema.Enum.Count > 0 && !schema.Enum.Any(allowed => JsonNodes.Same(allowed, value)))
        {
            Block(FieldError.NotSupported(path, value, schema.Enum.Select(allowed => allowed.Text() ?? allowed?.ToJsonString() ?? "null")));
        }

        switch (value)
        {
            case JsonObject map:
                CheckObject(map, old as JsonObject, schema, path, isResource || schema.EmbeddedResource);
                break;
            case JsonArray list:
                CheckList(list, old as JsonArray, schema, path);
                break;
            default:
                CheckScalar(value, schema, path);
                break;
        }

        CheckJunctors(value, schema, path);
    }

    private void CheckObject(JsonObject map, JsonObject? old, ObjectSchema schema, string path, bool isResource)
    {
        foreach (var name in schema.Required.Where(name => !map.ContainsKey(name)))
        {
            Block(FieldError.Required(Join(path, name)));
        }

        if (schema.Limits.MaxProperties is { } most && map.Count > most)
        {
            Block(FieldError.TooMany(path, map.Count, most));
        }

        if (schema.Limits.MinProperties is { } least && map.Count < least)
        {
            errors.Add(FieldError.Invalid(path, JsonValue.Create(map.Count), $"{path} in body should have at least {least} properties"));
        }

        foreach (var (name, child) in map)
        {
            if (!(isResource && name is "apiVersion" or "kind" or "metadata") && schema.Field(name) is { } field)
            {
                Check(child, old?[name], field, Join(path, name));
            }
        }
    }

    private void CheckList(JsonArray list, JsonArray? old, ObjectSchema schema, string path)
    {
        if (schema.Limits.MaxItems is { } most && list.Count > most)
        {
            Block(FieldError.TooMany(path, list.Count, most));
        }

        if (schema.Limits.MinItems is { } least && list.Count < least)
        {
            errors.Add(FieldError.Invalid(path, JsonValue.Create(list.Count), $"{path} in body should have at least {least} items"));
        }

        foreach (var duplicate in ListKeys.Duplicates(list, schema))
        {
            errors.Add(new FieldError("FieldValueDuplicate", $"{path}[{duplicate.Index}]", $"Duplicate value: {duplicate.Key.ToJsonString(JsonText.Plain)}"));
        }

        if (schema.Items is { } items)
        {
            for (var index = 0; index < list.Count; index++)
            {
                Check(list[index], ListKeys.Counterpart(list[index], old, schema), items, $"{path}[{index}]");
            }
        }
    }

    private void CheckScalar(JsonNode value, ObjectSchema schema, string path)
    {
        if (value.GetValueKind() == JsonValueKind.String)
        {
            CheckText(value.GetValue<string>(), schema, path);
        }
        else if (value.GetValueKind() == JsonValueKind.Number)
        {
            CheckNumber(value, schema, path);
        }
    }

    private void CheckText(string text, ObjectSchema schema, string path)
    {
        var limits = schema.Limits;
        var length = text.EnumerateRunes().Count();
        if (limits.MaxLength is { } most && length > most)
        {
            Block(FieldError.TooLong(path, most));
        }
        else if (limits.MinLength is { } least && length < least)
        {
            errors.Add(FieldError.Invalid(path, JsonValue.Create(text), $"{path} in body should be at least {least} chars long"));
        }
        else if (limits.Pattern is { } pattern && !pattern.IsMatch(text))
        {
            errors.Add(FieldError.Invalid(path, JsonValue.Create(text), $"{path} in body should match '{pattern}'"));
        }

        if (schema.Format.Length > 0 && !Formats.Matches(schema.Format, text))
        {
            Block(FieldError.InvalidType(path, JsonValue.Create(text), $"{path} in body must be of type {schema.Format}: {FieldError.Describe(JsonValue.Create(text))}"));
        }
    }

    private void CheckNumber(JsonNode value, ObjectSchema schema, string path)
    {
        var limits = schema.Limits;
        var number = JsonNodes.TryInteger(value.AsValue(), out var whole) ? whole : value.GetValue<double>();
        if (limits.Maximum is { } most && (limits.ExclusiveMaximum ? number >= most : number > most))
        {
            errors.Add(FieldError.Invalid(path, value, $"{path} in body should be less than {(limits.ExclusiveMaximum ? "" : "or equal to ")}{Text(most)}"));
        }

        if (limits.Minimum is { } least && (limits.ExclusiveMinimum ? number <= least : number < least))
        {
            errors.Add(FieldError.Invalid(path, value, $"{path} in body should be greater than {(limits.ExclusiveMinimum ? "" : "or equal to ")}{Text(least)}"));
        }

        if (limits.MultipleOf is { } factor && Math.Abs(Math.IEEERemainder(number, factor)) > 1e-9)
        {
            errors.Add(FieldError.Invalid(path, value, $"{path} in body should be a multiple of {Text(factor)}"));
        }
    }

    private void CheckJunctors(JsonNode value, ObjectSchema schema, string path)
    {
        foreach (var part in schema.AllOf)
        {
            Check(value, null, part, path);
        }

        if (schema.AnyOf.Count > 0 && !schema.AnyOf.Any(part => Fits(value, part, path)))
        {
            errors.Add(FieldError.Invalid(path, value, $"{path} in body must validate at least one schema (anyOf)"));
        }

        if (schema.OneOf.Count > 0 && schema.OneOf.Count(part => Fits(value, part, path)) != 1)
        {
            errors.Add(FieldError.Invalid(path, value, $"{path} in body must validate one and only one schema (oneOf)"));
        }

        if (schema.Not is { } not && Fits(value, not, path))
        {
            errors.Add(FieldError.Invalid(path, value, $"{path} in body must not validate the schema (not)"));
        }
    }

    private static bool Fits(JsonNode value, ObjectSchema schema, string path)
    {
        var trial = new SchemaValidator();
        trial.Check(value, null, schema, path);
        return trial.errors.Count == 0;
    }

    /// <returns>Null where the type is right, else what was expected.</returns>
    private static string? TypeProblem(JsonNode value, ObjectSchema schema)
    {
        var kind = value.GetValueKind();
        if (schema.IntOrString)
        {
            return kind is JsonValueKind.String || (kind == JsonValueKind.Number && IsWhole(value)) ? null : "integer,string";
        }

        var right = schema.Type switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "integer" => kind == JsonValueKind.Number && IsWhole(value),
            "number" => kind == JsonValueKind.Number,
            _ => true,
        };
        return right ? null : schema.Type;
    }

    private static bool IsWhole(JsonNode value) => JsonNodes.TryInteger(value.AsValue(), out _) || double.IsInteger(value.GetValue<double>());

    private static string TypeName(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => IsWhole(value) ? "integer" : "number",
        _ => "boolean",
    };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private void Block(FieldError error)
    {
        errors.Add(error);
        blocking = true;
    }
}
