using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>Evaluates the rules of a schema on an object, the outermost first.</summary>
internal sealed class RuleRunner(List<FieldError> errors)
{
    public static bool HasRules(ObjectSchema schema) =>
        schema.Rules.Count > 0 ||
        schema.Properties.Values.Any(HasRules) ||
        (schema.Items is { } items && HasRules(items)) ||
        (schema.AdditionalProperties is { } values && HasRules(values));

    public void Run(JsonObject root, JsonObject? old, ObjectSchema schema) => Visit(root, old, schema, "");

    private void Visit(JsonNode? value, JsonNode? old, ObjectSchema schema, string path)
    {
        if (value is null)
        {
            return;
        }

        var unchanged = old is not null && JsonNodes.Same(value, old);
        foreach (var rule in schema.Rules.Where(rule => rule.IsTransition ? old is not null || rule.OptionalOldSelf : !unchanged))
        {
            Evaluate(rule, value, old, schema, path);
        }

        switch (value)
        {
            case JsonObject map:
                foreach (var (name, child) in map)
                {
                    if (schema.Field(name) is { } field)
                    {
                        Visit(child, old.At(name), field, path.Length == 0 ? name : schema.Properties.ContainsKey(name) ? $"{path}.{name}" : $"{path}[{name}]");
                    }
                }

                break;
            case JsonArray list when schema.Items is { } items:
                for (var index = 0; index < list.Count; index++)
                {
                    Visit(list[index], ListKeys.Counterpart(list[index], old as JsonArray, schema), items, $"{path}[{index}]");
                }

                break;
        }
    }

    private void Evaluate(CelRule rule, JsonNode value, JsonNode? old, ObjectSchema schema, string path)
    {
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal) { ["self"] = CelData.From(value, schema) };
        if (old is not null)
        {
            variables["oldSelf"] = CelData.From(old, schema);
        }

        var evaluator = new CelEvaluator(variables);
        var field = path + rule.FieldPath;
        try
        {
            if (!CelEvaluator.Truth(evaluator.Evaluate(rule.Expression)))
            {
                errors.Add(Failure(rule, Message(rule, evaluator), field.Length == 0 ? "<nil>" : field.TrimStart('.'), value));
            }
        }
        catch (CelException error)
        {
            errors.Add(Failure(rule with { Reason = "FieldValueInvalid" }, $"{error.Message} evaluating rule: {(rule.Message.Length > 0 ? rule.Message : rule.Text)}", path.Length == 0 ? "<nil>" : path, value));
        }
    }

    private static string Message(CelRule rule, CelEvaluator evaluator)
    {
        if (rule.MessageExpression is { } expression)
        {
            try
            {
                if (evaluator.Evaluate(expression) is string { Length: > 0 } text)
                {
                    return text;
                }
            }
            catch (CelException)
            {
                // The static message stands in.
            }
        }

        return rule.Message.Length > 0 ? rule.Message.Trim() : $"failed rule: {rule.Text}";
    }

    private static FieldError Failure(CelRule rule, string message, string field, JsonNode value) => rule.Reason switch
    {
        "FieldValueRequired" => FieldError.Required(field, message),
        "FieldValueForbidden" => FieldError.Forbidden(field, message),
        "FieldValueDuplicate" => new FieldError("FieldValueDuplicate", field, $"Duplicate value: {FieldError.Describe(value)}"),
        _ => value is JsonObject or JsonArray
            ? new FieldError("FieldValueInvalid", field, $"Invalid value: {message}")
            : FieldError.Invalid(field, value, message),
    };
}
