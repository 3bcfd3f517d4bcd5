using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Controllers;

/// <summary>Serves what CustomResourceDefinitions define, and says so in their conditions.</summary>
internal sealed class CustomResourceInstaller(ClusterState state, ObjectUpdater updater)
{
    public const string Kind = "apiextensions.k8s.io/customresourcedefinitions";
    private const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";
    private readonly ObjectDeleter deleter = new(state);
    private readonly Dictionary<string, StoredObject> installed = new(StringComparer.Ordinal);

    private ResourceDefinition Definition => state.Registry.Require("apiextensions.k8s.io", "v1", "customresourcedefinitions");

    public void Reconcile()
    {
        var (_, present) = state.Store.Read(Kind);
        foreach (var crd in present.Values)
        {
            if (!installed.TryGetValue(crd.Name, out var known) || known.Revision != crd.Revision)
            {
                Install(crd);
                installed[crd.Name] = crd;
            }

            if (crd.Body.Text("metadata", "deletionTimestamp") is not null)
            {
                CleanUp(crd);
            }
            else if (!crd.Body.Objects("status", "conditions").Any(condition => condition.Text("type") == "Established"))
            {
                Establish(crd);
            }
        }

        foreach (var gone in installed.Values.Where(crd => !present.ContainsKey(crd.Key)).ToList())
        {
            installed.Remove(gone.Name);
            state.Registry.ReplaceCustom(gone.Body.Text("spec", "group") ?? "", gone.Body.Text("spec", "names", "plural") ?? "", []);
        }
    }

    private void Install(StoredObject crd) =>
        state.Registry.ReplaceCustom(crd.Body.Text("spec", "group") ?? "", crd.Body.Text("spec", "names", "plural") ?? "", CustomResourceVersions.Of(crd.Body));

    private void Establish(StoredObject crd)
    {
        var now = Timestamps.Format(state.Time.GetUtcNow());
        Change(crd, "status", body =>
        {
            body.Child("status")["acceptedNames"] = JsonNodes.Copy(body.At("spec", "names"));
            Conditions.Set(body, "NamesAccepted", "True", now, "NoConflicts", "no conflicts found");
            Conditions.Set(body, "Established", "True", now, "InitialNamesAccepted", "the initial names have been accepted");
            return body;
        });
        Change(crd, "", body =>
        {
            body.Child("metadata")["finalizers"] = new JsonArray([.. body.Texts("metadata", "finalizers").Where(name => name != CleanupFinalizer).Append(CleanupFinalizer).Select(name => JsonValue.Create(name))]);
            return body;
        });
    }

    private void CleanUp(StoredObject crd)
    {
        var definition = CustomResourceVersions.Of(crd.Body) is [var first, ..] ? first : null;
        var left = 0;
        if (definition is not null)
        {
            foreach (var item in state.Store.Read(definition.StorageKind).Objects.Values)
            {
                left++;
                if (item.Body.Text("metadata", "deletionTimestamp") is null)
                {
                    deleter.Delete(definition, item.Namespace, item.Name, new DeleteOptions());
                }
            }
        }

        if (left == 0 && crd.Body.Texts("metadata", "finalizers").Contains(CleanupFinalizer))
        {
            Change(crd, "", body =>
            {
                body.Child("metadata")["finalizers"] = new JsonArray([.. body.Texts("metadata", "finalizers").Where(name => name != CleanupFinalizer).Select(name => JsonValue.Create(name))]);
                return body;
            });
        }
    }

    private void Change(StoredObject crd, string subresource, Func<JsonObject, JsonObject> change) =>
        updater.Update(Definition, "", crd.Name, change, WriteContext.Internal with { Subresource = subresource });
}
