using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Requests;
using BackupOperator.LocalCluster.ApiServer.Watching;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>Writes objects and lists in the form that the client accepts.</summary>
#pragma warning disable CA1822
internal sealed class ObjectOutput
{
    public Task WriteObjectAsync(ApiRequest request, JsonObject body, int code = 200) =>
        ResponseWriter.WriteAsync(request.Http, Versions.Present(request.Definition, body), code);

    public Task WriteListAsync(ApiRequest request, ListResult list)
    {
        var definition = request.Definition;
        return ResponseWriter.WriteAsync(request.Http, new JsonObject
        {
            ["kind"] = definition.ListKind,
            ["apiVersion"] = definition.ApiVersion,
            ["metadata"] = list.Metadata(),
            ["items"] = new JsonArray([.. list.Items.Select(item => Versions.Present(definition, item.Copy()))]),
        });
    }

    public JsonObject WatchObject(ApiRequest request, WatchMessage message) => Versions.Present(request.Definition, message.Object);
}
