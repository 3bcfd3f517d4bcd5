using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Requests;
using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>Prunes, defaults and validates an object by its kind's schema.</summary>
internal static class SchemaRules
{
    /// <exception cref="ApiStatusException">Strict validation found unknown fields.</exception>
    public static IReadOnlyList<FieldError> Apply(ResourceDefinition definition, JsonObject body, JsonObject? old, WriteContext context)
    {
        var unknown = new List<string>();
        Pruner.PruneMetadata(body.Child("metadata"), unknown);
        if (definition.Schema is not { } schema)
        {
            Report(definition, unknown, context);
            return [];
        }

        Pruner.Prune(body, schema, unknown);
        Report(definition, unknown, context);
        if (!definition.IsCustom)
        {
            Pruner.DropEmpty(body, schema);
        }

        Defaulter.Apply(body, schema);
        var errors = SchemaValidator.Validate(body, old, schema);
        if (!definition.IsCustom && errors.FirstOrDefault(error => error.Type == "FieldValueTypeInvalid") is { } mistyped)
        {
            // Typed kinds fail already when they are decoded.
            throw ApiErrors.BadRequest($"{definition.Kind} in version \"{definition.Version}\" cannot be handled as a {definition.Kind}: json: cannot unmarshal {mistyped.Message}");
        }

        return errors;
    }

    private static void Report(ResourceDefinition definition, List<string> unknown, WriteContext context)
    {
        if (unknown.Count == 0)
        {
            return;
        }

        switch (context.FieldValidation)
        {
            case FieldValidation.Strict:
                throw ApiErrors.BadRequest($"{definition.Kind} in version \"{definition.Version}\" cannot be handled as a {definition.Kind}: strict decoding error: {string.Join(", ", unknown.Select(field => $"unknown field \"{field}\""))}");
            case FieldValidation.Warn:
                unknown.ForEach(field => context.Warn?.Invoke($"unknown field \"{field}\""));
                break;
        }
    }
}
