using System.Text.Json.Nodes;

namespace BackupOperator.Statuses;

/// <summary>Computes the merge patch (RFC 7386) that turns one object into another. Pure.</summary>
internal static class MergeDiff
{
    /// <returns>Null where they are equal.</returns>
    public static JsonObject? Between(JsonObject before, JsonObject after)
    {
        var diff = new JsonObject();
        foreach (var (name, _) in before)
        {
            if (!after.ContainsKey(name))
            {
                diff[name] = null;
            }
        }

        foreach (var (name, value) in after)
        {
            var old = before[name];
            if (JsonNode.DeepEquals(old, value))
            {
                continue;
            }

            diff[name] = old is JsonObject oldObject && value is JsonObject newObject
                ? Between(oldObject, newObject)
                : value?.DeepClone();
        }

        return diff.Count == 0 ? null : diff;
    }
}
