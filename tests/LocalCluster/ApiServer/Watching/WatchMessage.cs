using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Watching;

/// <summary>One line of a watch.</summary>
/// <param name="Type">ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.</param>
internal sealed record WatchMessage(string Type, JsonObject Object)
{
    public static WatchMessage Of(string type, StoredObject item) => new(type, item.Body);

    public static WatchMessage Error(ApiStatusException error) => new("ERROR", error.ToStatus());

    /// <summary>An object of which only the resourceVersion counts.</summary>
    public static WatchMessage Bookmark(ResourceDefinition definition, long revision, bool endsInitialEvents)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null };
        if (endsInitialEvents)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        return new WatchMessage("BOOKMARK", new JsonObject { ["kind"] = definition.Kind, ["apiVersion"] = definition.ApiVersion, ["metadata"] = metadata });
    }
}
