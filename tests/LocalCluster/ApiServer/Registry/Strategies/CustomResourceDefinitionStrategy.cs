using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>Defaults the names of a CustomResourceDefinition and checks what its own schema cannot.</summary>
internal sealed class CustomResourceDefinitionStrategy : ResourceStrategy
{
    public override void PrepareForCreate(JsonObject body, StrategyContext context)
    {
        Default(body);
        body["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(),
            ["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" },
            ["storedVersions"] = new JsonArray([.. body.Objects("spec", "versions").Where(version => version.Flag("storage")).Select(version => version["name"]?.DeepClone())]),
        };
    }

    public override void PrepareForUpdate(JsonObject body, JsonObject old, StrategyContext context) => Default(body);

    public override IEnumerable<FieldError> Validate(JsonObject body)
    {
        var plural = body.Text("spec", "names", "plural");
        var group = body.Text("spec", "group");
        if (body.Text("metadata", "name") != $"{plural}.{group}")
        {
            yield return FieldError.Invalid("metadata.name", body.At("metadata", "name"), "must be spec.names.plural+\".\"+spec.group");
        }

        if (body.Objects("spec", "versions").Count(version => version.Flag("storage")) != 1)
        {
            yield return FieldError.Invalid("spec.versions", body.At("spec", "versions"), "must have exactly one version marked as storage version");
        }

        var versions = body.Objects("spec", "versions").ToList();
        for (var index = 0; index < versions.Count; index++)
        {
            // With a single version the API server names its schema as the definition's own.
            var path = versions.Count == 1 ? "spec.validation.openAPIV3Schema" : $"spec.versions[{index}].schema.openAPIV3Schema";
            if (versions[index].At("schema", "openAPIV3Schema") is not JsonObject schema)
            {
                yield return FieldError.Required($"spec.versions[{index}].schema.openAPIV3Schema", "schemas are required");
                continue;
            }

            foreach (var error in StructuralRules.Check(schema, path))
            {
                yield return error;
            }
        }
    }

    private static void Default(JsonObject body)
    {
        var spec = body.Child("spec");
        var names = spec.Child("names");
        var kind = names.Text("kind") ?? "";
        names["singular"] ??= kind.ToLowerInvariant();
        names["listKind"] ??= kind + "List";
        spec["conversion"] ??= new JsonObject { ["strategy"] = "None" };
    }
}
