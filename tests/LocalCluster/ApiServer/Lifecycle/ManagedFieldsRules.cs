using BackupOperator.LocalCluster.ApiServer.Patching.Apply;
using BackupOperator.LocalCluster.ApiServer.Registry;

namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>Keeps <c>metadata.managedFields</c> for writes other than apply: who changes a field owns it.</summary>
internal static class ManagedFieldsRules
{
    public static void Track(ResourceDefinition definition, JsonObject body, JsonObject? old, WriteContext context, TimeProvider time)
    {
        var (changed, removed) = FieldSets.Compare(old, body, definition.MergeSchema);
        changed = FieldSets.Writable(changed, context.Subresource, definition.HasStatus);
        var entries = ManagedFieldsEntry.ReadAll(old);
        if (!changed.IsEmpty || !removed.IsEmpty)
        {
            var own = entries.Find(entry => entry.IsOf(context.FieldManager, "Update", context.Subresource));
            entries = [.. entries.Where(entry => entry != own).Select(entry => entry with { Fields = entry.Fields.Except(changed).Except(removed) })];
            var fields = (own?.Fields ?? new FieldSet()).Except(removed).Union(changed);
            entries.Add(new ManagedFieldsEntry(context.FieldManager, "Update", definition.ApiVersion, context.Subresource, Timestamps.Format(time.GetUtcNow()), fields));
        }

        ManagedFieldsEntry.WriteAll(body, entries);
    }
}
