using System.Text.Json.Nodes;

namespace BackupOperator.Kubernetes.Crds.Schemas;

/// <summary>Validation rules that compare with what was there before.</summary>
internal static class TransitionRules
{
    private const string Rules = "x-kubernetes-validations";

    /// <summary>Takes them out of a schema and all schemas in it.</summary>
    public static void Remove(JsonNode? schema)
    {
        switch (schema)
        {
            case JsonObject fields:
                Remove(fields);
                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Remove(item);
                }

                break;
        }
    }

    private static void Remove(JsonObject schema)
    {
        if (schema[Rules] is JsonArray rules)
        {
            rules.RemoveAll(r => r?["rule"]?.GetValue<string>().Contains("oldSelf", StringComparison.Ordinal) == true);
            if (rules.Count == 0)
            {
                schema.Remove(Rules);
            }
        }

        foreach (var (_, value) in schema)
        {
            Remove(value);
        }
    }
}
