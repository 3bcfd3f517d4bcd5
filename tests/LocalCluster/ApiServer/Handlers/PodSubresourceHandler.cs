using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>Binding and eviction of pods, and a namespace's last step.</summary>
internal sealed class PodSubresourceHandler(ClusterState state, WriteContexts contexts)
{
    private readonly ObjectUpdater updater = new(state);
    private readonly ObjectDeleter deleter = new(state);

    public async Task BindAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Http) ?? [];
        var node = body.Text("target", "name");
        updater.Update(
            request.Definition,
            request.Info.Namespace,
            request.Info.Name,
            pod =>
            {
                if (pod.Text("spec", "nodeName") is { Length: > 0 } bound)
                {
                    throw request.Definition.Conflict(request.Info.Name, $"pod {request.Info.Name} is already assigned to node \"{bound}\"");
                }

                pod.Child("spec")["nodeName"] = node;
                Conditions.Set(pod, "PodScheduled", "True", Timestamps.Format(state.Time.GetUtcNow()));
                return pod;
            },
            contexts.For(request));
        await WriteSuccessAsync(request);
    }

    public async Task EvictAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Http) ?? [];
        deleter.Delete(request.Definition, request.Info.Namespace, request.Info.Name, DeleteOptions.From(body["deleteOptions"] as JsonObject, request.Query));
        await WriteSuccessAsync(request);
    }

    public async Task FinalizeAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Http) ?? [];
        var updated = updater.Update(
            request.Definition,
            "",
            request.Info.Name,
            current =>
            {
                current["spec"] = JsonNodes.Copy(body["spec"]);
                return current;
            },
            contexts.For(request));
        await ResponseWriter.WriteAsync(request.Http, updated);
    }

    private static Task WriteSuccessAsync(ApiRequest request) =>
        ResponseWriter.WriteAsync(request.Http, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 }, 201);
}
