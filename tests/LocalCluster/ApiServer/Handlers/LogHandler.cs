using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary><c>pods/{name}/log</c>.</summary>
internal sealed class LogHandler(ClusterState state)
{
    public IPodLogs? Source { get; set; }

    public async Task HandleAsync(ApiRequest request)
    {
        var name = request.Info.Name;
        var pod = state.Store.Get(request.Definition.StorageKind, request.Info.Namespace, name) ?? throw request.Definition.NotFound(name);
        var containers = pod.Body.Objects("spec", "containers").Concat(pod.Body.Objects("spec", "initContainers")).Select(container => container.Text("name") ?? "").ToList();
        var container = request.Query("container") is { Length: > 0 } asked ? asked : DefaultContainer(name, pod.Body, containers);
        if (!containers.Contains(container))
        {
            throw ApiErrors.BadRequest($"container {container} is not valid for pod {name}");
        }

        var wanted = new PodLogRequest(
            request.Info.Namespace,
            name,
            pod.Uid,
            container,
            request.QueryFlag("follow"),
            request.QueryFlag("previous"),
            request.QueryNumber("tailLines"),
            request.QueryNumber("limitBytes"),
            request.QueryNumber("sinceSeconds"),
            request.QueryFlag("timestamps"));
        request.Http.Response.ContentType = "text/plain";
        await using var body = new FlushingStream(request.Http.Response.Body);
        if (Source is null || !await Source.CopyAsync(wanted, body, request.Aborted))
        {
            throw ApiErrors.BadRequest($"container \"{container}\" in pod \"{name}\" is waiting to start: ContainerCreating");
        }
    }

    private static string DefaultContainer(string pod, JsonObject body, List<string> containers)
    {
        if (body.At("spec", "containers") is JsonArray { Count: 1 })
        {
            return containers[0];
        }

        throw ApiErrors.BadRequest($"a container name must be specified for pod {pod}, choose one of: [{string.Join(' ', containers)}]");
    }
}
