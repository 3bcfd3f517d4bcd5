using BackupOperator.LocalCluster.ApiServer.Authentication;
using BackupOperator.LocalCluster.ApiServer.Authorization;
using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>Finds what serves a resource's request.</summary>
internal sealed class ResourceRouter(
    ResourceRegistry registry,
    RoleBasedAuthorizer authorizer,
    ReviewHandler reviews,
    ResourceHandler objects,
    WatchHandler watches,
    SubresourceHandlers subresources)
{
    public Task HandleAsync(HttpContext http, RequestInfo info, UserInfo user)
    {
        var access = AccessRequest.From(info, http.Request.Query["fieldSelector"]);
        if (!authorizer.Allows(user, access))
        {
            throw RoleBasedAuthorizer.Refuse(user, access);
        }

        if (ReviewHandler.Handles(info))
        {
            return reviews.HandleAsync(http, info, user);
        }

        var definition = registry.Find(info.Group, info.Version, info.Resource) ?? throw ApiErrors.NoSuchPath();
        var request = new ApiRequest(http, info, user, definition);
        if (definition.Namespaced == (info.Namespace.Length == 0) && (info.Name.Length > 0 || info.Verb == "create" || !definition.Namespaced))
        {
            throw ApiErrors.NoSuchPath();
        }

        return info switch
        {
            { Verb: "watch" } => watches.HandleAsync(request),
            { Subresource: "" } => objects.HandleAsync(request),
            { Subresource: "status", Verb: "get" or "update" or "patch" } when definition.HasStatus => objects.HandleAsync(request),
            _ => subresources.HandleAsync(request),
        };
    }
}
