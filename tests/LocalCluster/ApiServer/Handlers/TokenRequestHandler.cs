using BackupOperator.LocalCluster.ApiServer.Authentication;
using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary><c>serviceaccounts/{name}/token</c> (<c>authentication.k8s.io/v1 TokenRequest</c>).</summary>
internal sealed class TokenRequestHandler(ClusterState state, TokenAuthority tokens)
{
    private const long DefaultSeconds = 3600;
    private const long LeastSeconds = 600;

    public async Task HandleAsync(ApiRequest request)
    {
        var account = state.Store.Get(request.Definition.StorageKind, request.Info.Namespace, request.Info.Name) ?? throw request.Definition.NotFound(request.Info.Name);
        var body = await RequestBody.ReadObjectAsync(request.Http) ?? [];
        var seconds = body.Number("spec", "expirationSeconds") ?? DefaultSeconds;
        if (seconds < LeastSeconds)
        {
            throw ApiErrors.Invalid("authentication.k8s.io", "TokenRequest", request.Info.Name, [FieldError.Invalid("spec.expirationSeconds", JsonValue.Create(seconds), "may not specify a duration less than 10 minutes")]);
        }

        var (token, expires) = tokens.Create(account.Namespace, account.Name, account.Uid, TimeSpan.FromSeconds(seconds));
        await ResponseWriter.WriteAsync(
            request.Http,
            new JsonObject
            {
                ["kind"] = "TokenRequest",
                ["apiVersion"] = "authentication.k8s.io/v1",
                ["metadata"] = new JsonObject { ["name"] = account.Name, ["namespace"] = account.Namespace, ["creationTimestamp"] = Timestamps.Format(state.Time.GetUtcNow()) },
                ["spec"] = new JsonObject { ["audiences"] = new JsonArray("https://kubernetes.default.svc"), ["expirationSeconds"] = seconds, ["boundObjectRef"] = JsonNodes.Copy(body.At("spec", "boundObjectRef")) },
                ["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = Timestamps.Format(expires) },
            },
            201);
    }
}
