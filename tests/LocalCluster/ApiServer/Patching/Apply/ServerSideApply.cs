using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.ApiServer.Patching.Apply;

/// <summary>
/// Merges what a manager applies into an object: its fields become its own, fields that it no longer names go where nobody
/// else owns them, and changing what another manager owns is a conflict unless forced.
/// </summary>
internal static class ServerSideApply
{
    /// <param name="current">The object; empty where it is new.</param>
    /// <exception cref="ApiStatusException">409: other managers own fields that would change.</exception>
    public static JsonObject Apply(JsonObject current, JsonObject applied, ObjectSchema? schema, ManagedFieldsEntry manager, bool force)
    {
        var entries = ManagedFieldsEntry.ReadAll(current);
        var own = entries.Find(entry => entry.IsOf(manager.Manager, "Apply", manager.Subresource));
        var others = entries.Where(entry => entry != own).ToList();
        var wanted = FieldSets.OfApplied(applied, schema);
        var configuration = JsonNodes.CopyObject(applied);
        (configuration["metadata"] as JsonObject)?.Remove("managedFields");
        var merged = (JsonObject)SchemaMerge.Merge(current, configuration, schema)!;
        if (own is not null)
        {
            var kept = others.Aggregate(wanted, (set, entry) => set.Union(entry.Fields));
            FieldRemover.Remove(merged, own.Fields.Except(wanted), kept, schema);
        }

        var (changed, removed) = FieldSets.Compare(current, merged, schema);
        if (!force)
        {
            Refuse([.. others.Select(entry => (entry, entry.Fields.Intersect(changed))).Where(pair => !pair.Item2.IsEmpty)]);
        }

        var time = own is not null && own.Fields.Same(wanted) ? own.Time : manager.Time;
        ManagedFieldsEntry.WriteAll(
            merged,
            [.. others.Select(entry => entry with { Fields = entry.Fields.Except(changed).Except(removed) }), manager with { Fields = wanted, Time = time }]);
        return merged;
    }

    private static void Refuse(List<(ManagedFieldsEntry Manager, FieldSet Fields)> conflicts)
    {
        if (conflicts.Count == 0)
        {
            return;
        }

        var all = conflicts.SelectMany(conflict => conflict.Fields.Paths().Select(path => (Manager: conflict.Manager.Describe(), Path: path))).ToList();
        var message = all.Count == 1
            ? $"Apply failed with 1 conflict: conflict with {all[0].Manager}: {all[0].Path}"
            : $"Apply failed with {all.Count} conflicts: {string.Join('\n', all.GroupBy(conflict => conflict.Manager, StringComparer.Ordinal).Select(group => $"conflicts with {group.Key}:\n{string.Join('\n', group.Select(conflict => $"- {conflict.Path}"))}"))}";
        var causes = new JsonArray([.. all.Select(conflict => new JsonObject { ["reason"] = "FieldManagerConflict", ["message"] = $"conflict with {conflict.Manager}", ["field"] = conflict.Path })]);
        throw new ApiStatusException(409, "Conflict", message, new JsonObject { ["causes"] = causes });
    }
}
