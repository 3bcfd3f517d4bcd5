using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Patching;
using BackupOperator.LocalCluster.ApiServer.Requests;
using BackupOperator.LocalCluster.ApiServer.Watching;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>The verbs on objects and on their status.</summary>
internal sealed class ResourceHandler(ClusterState state, ObjectOutput output, WriteContexts contexts, Action<string> furnish)
{
    private readonly ObjectCreator creator = new(state);
    private readonly ObjectUpdater updater = new(state);
    private readonly ObjectDeleter deleter = new(state);
    private readonly ObjectLister lister = new(state.Store);
    private readonly PatchHandler patcher = new(state, contexts);

    public Task HandleAsync(ApiRequest request) => request.Info.Verb switch
    {
        "get" => GetAsync(request),
        "list" => ListAsync(request),
        "create" when request.Info.Name.Length == 0 => CreateAsync(request),
        "update" => UpdateAsync(request),
        "patch" => PatchAsync(request),
        "delete" when request.Info.Subresource.Length == 0 => DeleteAsync(request),
        "deletecollection" => DeleteCollectionAsync(request),
        _ => throw ApiErrors.MethodNotAllowed(),
    };

    private Task GetAsync(ApiRequest request)
    {
        var stored = state.Store.Get(request.Definition.StorageKind, request.Info.Namespace, request.Info.Name) ?? throw request.Definition.NotFound(request.Info.Name);
        return output.WriteObjectAsync(request, stored.Body);
    }

    private Task ListAsync(ApiRequest request) =>
        output.WriteListAsync(request, lister.List(request.Definition, ListOptions.From(request)));

    private async Task CreateAsync(ApiRequest request)
    {
        var duplicates = new List<string>();
        var body = await RequestBody.ReadObjectAsync(request.Http, duplicates) ?? throw ApiErrors.BadRequest("the body of the request is empty");
        var created = creator.Create(request.Definition, request.Info.Namespace, body, contexts.For(request, duplicates));
        if (request.Definition is { Group: "", Plural: "namespaces" } && !request.DryRun)
        {
            // Elsewhere a controller does this a moment later, and a pod that comes first is refused.
            furnish(created.Text("metadata", "name") ?? "");
        }

        await output.WriteObjectAsync(request, created, 201);
    }

    private async Task UpdateAsync(ApiRequest request)
    {
        var duplicates = new List<string>();
        var body = await RequestBody.ReadObjectAsync(request.Http, duplicates) ?? throw ApiErrors.BadRequest("the body of the request is empty");
        if (body.Text("metadata", "uid") is { Length: > 0 } uid &&
            state.Store.Get(request.Definition.StorageKind, request.Info.Namespace, request.Info.Name) is { } present &&
            present.Uid != uid)
        {
            throw request.Definition.Conflict(request.Info.Name, $"StorageError: invalid object, Code: 4, Key: /registry/{request.Info.Resource}/{present.Key.TrimStart('/')}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, UID in object meta: {present.Uid}");
        }

        if (request.Definition.IsCustom && string.IsNullOrEmpty(body.Text("metadata", "resourceVersion")))
        {
            throw request.Definition.Invalid(request.Info.Name, [new FieldError("FieldValueInvalid", "metadata.resourceVersion", "Invalid value: 0x0: must be specified for an update")]);
        }

        var updated = updater.Update(request.Definition, request.Info.Namespace, request.Info.Name, _ => JsonNodes.CopyObject(body), contexts.For(request, duplicates));
        await output.WriteObjectAsync(request, updated);
    }

    private async Task PatchAsync(ApiRequest request)
    {
        var (body, created) = await patcher.PatchAsync(request);
        await output.WriteObjectAsync(request, body, created ? 201 : 200);
    }

    private async Task DeleteAsync(ApiRequest request)
    {
        var options = DeleteOptions.From(await RequestBody.ReadObjectAsync(request.Http), request.Query);
        if (options.Propagation is null && request.Definition.Strategy.DefaultPropagation == "Orphan")
        {
            ResponseWriter.Warn(request.Http, "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning");
        }

        var (body, gone) = deleter.Delete(request.Definition, request.Info.Namespace, request.Info.Name, options);
        await (gone && request.Definition is not { Group: "", Plural: "pods" }
            ? ResponseWriter.WriteAsync(request.Http, ResponseWriter.DeletedStatus(request, body.Text("metadata", "uid") ?? ""))
            : output.WriteObjectAsync(request, body));
    }

    private async Task DeleteCollectionAsync(ApiRequest request)
    {
        var options = DeleteOptions.From(await RequestBody.ReadObjectAsync(request.Http), request.Query);
        var found = lister.List(request.Definition, ListOptions.From(request));
        foreach (var item in found.Items)
        {
            try
            {
                deleter.Delete(request.Definition, item.Namespace, item.Name, options);
            }
            catch (ApiStatusException error) when (error.Code == 404)
            {
                // Somebody else deleted it meanwhile.
            }
        }

        await output.WriteListAsync(request, found);
    }
}
