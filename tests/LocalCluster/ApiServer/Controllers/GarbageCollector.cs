using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Controllers;

/// <summary>Deletes objects whose owners are gone, and finishes foreground and orphaning deletions.</summary>
internal sealed class GarbageCollector(ClusterState state, ObjectUpdater updater, ObjectDeleter deleter)
{
    public void Reconcile()
    {
        var all = state.Registry.All
            .DistinctBy(definition => definition.StorageKind, StringComparer.Ordinal)
            .SelectMany(definition => state.Store.Read(definition.StorageKind).Objects.Values.Select(item => (Definition: definition, Item: item)))
            .ToList();
        var byUid = all.ToDictionary(entry => entry.Item.Uid, entry => entry.Item, StringComparer.Ordinal);
        var dependents = all
            .Where(entry => entry.Item.Owners.Count > 0)
            .SelectMany(entry => entry.Item.Owners.Select(owner => (Owner: owner.Text("uid") ?? "", Dependent: entry)))
            .ToLookup(pair => pair.Owner, pair => pair.Dependent, StringComparer.Ordinal);

        foreach (var (definition, item) in all)
        {
            if (item.Body.Text("metadata", "deletionTimestamp") is not null)
            {
                FinishDeletion(definition, item, [.. dependents[item.Uid]]);
            }

            if (item.Owners.Count > 0)
            {
                Collect(definition, item, byUid);
            }
        }
    }

    private void Collect(ResourceDefinition definition, StoredObject item, Dictionary<string, StoredObject> byUid)
    {
        var owners = item.Owners.Select(owner => byUid.GetValueOrDefault(owner.Text("uid") ?? "")).ToList();
        if (owners.Exists(owner => owner is not null && (owner.Namespace.Length == 0 || owner.Namespace == item.Namespace)))
        {
            return;
        }

        if (item.Body.Text("metadata", "deletionTimestamp") is null)
        {
            Try(() => deleter.Delete(definition, item.Namespace, item.Name, new DeleteOptions(Uid: item.Uid, Propagation: "Background")));
        }
    }

    private void FinishDeletion(ResourceDefinition definition, StoredObject owner, IReadOnlyList<(ResourceDefinition Definition, StoredObject Item)> dependents)
    {
        var finalizers = owner.Body.Texts("metadata", "finalizers").ToList();
        if (finalizers.Contains(ObjectDeleter.OrphanFinalizer))
        {
            foreach (var (kind, item) in dependents)
            {
                Try(() => updater.Update(kind, item.Namespace, item.Name, body => WithoutOwner(body, owner.Uid), WriteContext.Internal));
            }

            RemoveFinalizer(definition, owner, ObjectDeleter.OrphanFinalizer);
        }
        else if (finalizers.Contains(ObjectDeleter.ForegroundFinalizer))
        {
            foreach (var (kind, item) in dependents.Where(entry => entry.Item.Body.Text("metadata", "deletionTimestamp") is null))
            {
                Try(() => deleter.Delete(kind, item.Namespace, item.Name, new DeleteOptions(Uid: item.Uid, Propagation: "Foreground")));
            }

            if (!dependents.Any(entry => entry.Item.Owners.Any(reference => reference.Text("uid") == owner.Uid && reference.Flag("blockOwnerDeletion"))))
            {
                RemoveFinalizer(definition, owner, ObjectDeleter.ForegroundFinalizer);
            }
        }
    }

    private void RemoveFinalizer(ResourceDefinition definition, StoredObject owner, string finalizer) =>
        Try(() => updater.Update(
            definition,
            owner.Namespace,
            owner.Name,
            body =>
            {
                body.Child("metadata")["finalizers"] = new JsonArray([.. body.Texts("metadata", "finalizers").Where(name => name != finalizer).Select(name => JsonValue.Create(name))]);
                return body;
            },
            WriteContext.Internal));

    private static JsonObject WithoutOwner(JsonObject body, string uid)
    {
        body.Child("metadata")["ownerReferences"] = new JsonArray([.. body.Objects("metadata", "ownerReferences").Where(owner => owner.Text("uid") != uid).Select(owner => owner.DeepClone())]);
        return body;
    }

    /// <summary>The object may have changed or gone since it was looked at; the next round sees that.</summary>
    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (ApiStatusException error) when (error.Code is 404 or 409)
        {
        }
    }
}
