using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Requests;
using BackupOperator.LocalCluster.ApiServer.Tables;
using BackupOperator.LocalCluster.ApiServer.Watching;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>Writes objects and lists in the form that the client accepts.</summary>
internal sealed class ObjectOutput(TimeProvider time)
{
    public Task WriteObjectAsync(ApiRequest request, JsonObject body, int code = 200)
    {
        var metadata = new JsonObject { ["resourceVersion"] = body.Text("metadata", "resourceVersion") };
        return ResponseWriter.WriteAsync(request.Http, Show(request, Representation.Of(request.Http.Request), body, metadata, header: true), code);
    }

    public Task WriteListAsync(ApiRequest request, ListResult list)
    {
        var definition = request.Definition;
        var form = Representation.Of(request.Http.Request);
        var items = list.Items.Select(item => form.Kind == "Table" ? item.Body : Versions.Present(definition, item.Body));
        var document = form.Kind switch
        {
            "Table" => Table(request, form, items, list.Metadata(), header: true),
            "" => List(definition.ListKind, definition.ApiVersion, list, items),
            _ => List("PartialObjectMetadataList", $"meta.k8s.io/{form.Version}", list, items.Select(item => TableDocument.Partial(item, form.Version))),
        };
        return ResponseWriter.WriteAsync(request.Http, document);
    }

    /// <param name="first">The first message of a watch carries a table's header.</param>
    public JsonObject ShowWatched(ApiRequest request, WatchMessage message, bool first)
    {
        var metadata = new JsonObject { ["resourceVersion"] = message.Object.Text("metadata", "resourceVersion") };
        return Show(request, Representation.Of(request.Http.Request), message.Object, metadata, first);
    }

    private static JsonObject List(string kind, string apiVersion, ListResult list, IEnumerable<JsonObject> items) => new()
    {
        ["kind"] = kind,
        ["apiVersion"] = apiVersion,
        ["metadata"] = list.Metadata(),
        ["items"] = new JsonArray([.. items.Select(JsonNodes.Copy)]),
    };

    private JsonObject Show(ApiRequest request, Representation form, JsonObject body, JsonObject metadata, bool header) => form.Kind switch
    {
        "Table" => Table(request, form, [body], metadata, header),
        "" => Versions.Present(request.Definition, body),
        _ => TableDocument.Partial(body, form.Version),
    };

    /// <summary>Columns read objects in the form in which they are stored.</summary>
    private JsonObject Table(ApiRequest request, Representation form, IEnumerable<JsonObject> items, JsonObject metadata, bool header) =>
        TableDocument.Of(request.Definition.Columns, items, metadata, form.Version, request.Query("includeObject") ?? "Metadata", time.GetUtcNow(), header);
}
