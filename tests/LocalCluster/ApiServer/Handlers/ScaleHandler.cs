using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Patching;
using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Requests;
using BackupOperator.LocalCluster.ApiServer.Selectors;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>The scale subresource (<c>autoscaling/v1 Scale</c>).</summary>
internal sealed class ScaleHandler(ClusterState state, WriteContexts contexts)
{
    private readonly ObjectUpdater updater = new(state);

    public async Task HandleAsync(ApiRequest request)
    {
        var definition = request.Definition;
        var scale = definition.Scale!;
        if (request.Info.Verb == "get")
        {
            var stored = state.Store.Get(definition.StorageKind, request.Info.Namespace, request.Info.Name) ?? throw definition.NotFound(request.Info.Name);
            await ResponseWriter.WriteAsync(request.Http, Show(scale, stored.Body));
            return;
        }

        var mediaType = RequestBody.MediaType(request.Http);
        var sent = RequestBody.Parse(await RequestBody.ReadBytesAsync(request.Http), mediaType == PatchTypes.Apply);
        var updated = updater.Update(
            definition,
            request.Info.Namespace,
            request.Info.Name,
            current =>
            {
                var shown = Show(scale, current);
                var wanted = request.Info.Verb == "update"
                    ? sent as JsonObject
                    : mediaType == PatchTypes.Json ? JsonPatch.Apply(shown, sent as JsonArray ?? []) as JsonObject : MergePatch.Apply(shown, sent) as JsonObject;
                return Take(definition, scale, current, wanted ?? throw ApiErrors.BadRequest("a Scale must be an object"));
            },
            contexts.For(request) with { Subresource = "scale" });
        await ResponseWriter.WriteAsync(request.Http, Show(scale, updated));
    }

    private static JsonObject Take(ResourceDefinition definition, ScalePaths paths, JsonObject current, JsonObject wanted)
    {
        var replicas = wanted.Number("spec", "replicas") ?? 0;
        if (replicas < 0)
        {
            throw ApiErrors.Invalid("autoscaling", "Scale", current.Text("metadata", "name") ?? "", [FieldError.Invalid("spec.replicas", JsonValue.Create(replicas), "must be greater than or equal to 0")]);
        }

        var uid = wanted.Text("metadata", "uid");
        if (!string.IsNullOrEmpty(uid) && uid != current.Text("metadata", "uid"))
        {
            throw definition.Conflict(current.Text("metadata", "name") ?? "", $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Text("metadata", "uid")}");
        }

        var parent = current;
        foreach (var name in paths.SpecReplicas.SkipLast(1))
        {
            parent = parent.Child(name);
        }

        parent[paths.SpecReplicas[^1]] = replicas;
        current.Child("metadata")["resourceVersion"] = wanted.Text("metadata", "resourceVersion");
        return current;
    }

    private static JsonObject Show(ScalePaths paths, JsonObject body)
    {
        var metadata = new JsonObject();
        foreach (var name in (string[])["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (body.At("metadata", name) is { } value)
            {
                metadata[name] = JsonNodes.Copy(value);
            }
        }

        var status = new JsonObject { ["replicas"] = body.Number([.. paths.StatusReplicas]) ?? 0 };
        if (paths.LabelSelector is { } path)
        {
            var selector = body.At([.. path]);
            var text = selector is JsonObject map ? LabelSelector.FromObject(map).ToString() : selector.Text();
            if (!string.IsNullOrEmpty(text))
            {
                status["selector"] = text;
            }
        }

        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = body.Number([.. paths.SpecReplicas]) ?? 0 },
            ["status"] = status,
        };
    }
}
