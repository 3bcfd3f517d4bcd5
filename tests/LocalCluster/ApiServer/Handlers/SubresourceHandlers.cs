using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>The subresources besides status.</summary>
internal sealed class SubresourceHandlers(LogHandler logs, ScaleHandler scale, TokenRequestHandler tokenRequests, PodSubresourceHandler pods)
{
    public Task HandleAsync(ApiRequest request) => (request.Definition.Plural, request.Info.Subresource, request.Info.Verb) switch
    {
        ("pods", "log", "get") => logs.HandleAsync(request),
        ("pods", "binding", "create") => pods.BindAsync(request),
        ("pods", "eviction", "create") => pods.EvictAsync(request),
        ("serviceaccounts", "token", "create") => tokenRequests.HandleAsync(request),
        ("namespaces", "finalize", "update") => pods.FinalizeAsync(request),
        (_, "scale", _) when request.Definition.Scale is not null => scale.HandleAsync(request),
        _ => throw ApiErrors.NoSuchPath(),
    };
}
