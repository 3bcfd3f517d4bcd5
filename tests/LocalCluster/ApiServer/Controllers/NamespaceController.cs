using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Controllers;

/// <summary>Furnishes new namespaces (service account, CA) and empties those that are being deleted.</summary>
internal sealed class NamespaceController(ClusterState state, ObjectCreator creator, ObjectUpdater updater, ObjectDeleter deleter, string caPem)
{
    public void Reconcile()
    {
        foreach (var @namespace in state.Store.Read("/namespaces").Objects.Values)
        {
            if (@namespace.Body.Text("metadata", "deletionTimestamp") is null)
            {
                Furnish(@namespace.Name);
            }
            else
            {
                Empty(@namespace);
            }
        }
    }

    /// <summary>What kube-controller-manager puts into every namespace.</summary>
    public void Furnish(string @namespace)
    {
        Ensure("serviceaccounts", @namespace, "default", []);
        Ensure("configmaps", @namespace, "kube-root-ca.crt", new JsonObject { ["data"] = new JsonObject { ["ca.crt"] = caPem } });
    }

    private void Ensure(string plural, string @namespace, string name, JsonObject body)
    {
        var definition = state.Registry.Require("", "v1", plural);
        if (state.Store.Get(definition.StorageKind, @namespace, name) is null)
        {
            body["metadata"] = new JsonObject { ["name"] = name };
            try
            {
                creator.Create(definition, @namespace, body, WriteContext.Internal);
            }
            catch (ApiStatusException error) when (error.Code is 403 or 404 or 409)
            {
                // It was made, or the namespace is going, meanwhile.
            }
        }
    }

    private void Empty(StoredObject @namespace)
    {
        var left = 0;
        foreach (var definition in state.Registry.All.Where(definition => definition.Namespaced).DistinctBy(definition => definition.StorageKind, StringComparer.Ordinal))
        {
            foreach (var item in state.Store.Read(definition.StorageKind).Objects.Values.Where(item => item.Namespace == @namespace.Name))
            {
                left++;
                if (item.Body.Text("metadata", "deletionTimestamp") is null)
                {
                    deleter.Delete(definition, item.Namespace, item.Name, new DeleteOptions(Propagation: "Background"));
                }
            }
        }

        if (left == 0)
        {
            updater.Update(
                state.Registry.Require("", "v1", "namespaces"),
                "",
                @namespace.Name,
                body =>
                {
                    body["spec"] = new JsonObject();
                    return body;
                },
                WriteContext.Internal with { Subresource = "finalize" });
        }
    }
}
