using BackupOperator.LocalCluster.ApiServer.Authentication;
using BackupOperator.LocalCluster.ApiServer.Handlers;
using BackupOperator.LocalCluster.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace BackupOperator.LocalCluster.ApiServer.Authorization;

/// <summary>Answers who somebody is and what he may do (<c>authentication.k8s.io</c>, <c>authorization.k8s.io</c>).</summary>
internal sealed class ReviewHandler(RoleBasedAuthorizer authorizer, TokenAuthority tokens)
{
    public static bool Handles(RequestInfo info) => info.Group is "authentication.k8s.io" or "authorization.k8s.io" && info.Verb == "create";

    public async Task HandleAsync(HttpContext http, RequestInfo info, UserInfo user)
    {
        var body = await RequestBody.ReadObjectAsync(http) ?? [];
        var (kind, status) = info.Resource switch
        {
            "selfsubjectreviews" => ("SelfSubjectReview", new JsonObject { ["userInfo"] = user.ToJson() }),
            "tokenreviews" => ("TokenReview", ReviewToken(body.Text("spec", "token") ?? "")),
            "selfsubjectaccessreviews" => ("SelfSubjectAccessReview", ReviewAccess(user, body)),
            "subjectaccessreviews" => ("SubjectAccessReview", ReviewAccess(Named(body), body)),
            "localsubjectaccessreviews" => ("LocalSubjectAccessReview", ReviewAccess(Named(body), body)),
            "selfsubjectrulesreviews" => ("SelfSubjectRulesReview", ReviewRules(user, body.Text("spec", "namespace") ?? "")),
            _ => throw ApiErrors.NoSuchPath(),
        };
        body["kind"] = kind;
        body["apiVersion"] = $"{info.Group}/{info.Version}";
        body["metadata"] ??= new JsonObject { ["creationTimestamp"] = null };
        body["status"] = status;
        await ResponseWriter.WriteAsync(http, body, 201);
    }

    private static UserInfo Named(JsonObject body) => new(body.Text("spec", "user") ?? "", [.. body.Texts("spec", "groups")]);

    private JsonObject ReviewToken(string token)
    {
        var named = tokens.Authenticate(token);
        return named is null
            ? new JsonObject { ["user"] = new JsonObject(), ["error"] = "[invalid bearer token]" }
            : new JsonObject { ["authenticated"] = true, ["user"] = named.ToJson() };
    }

    private JsonObject ReviewAccess(UserInfo user, JsonObject body)
    {
        var allowed = body.At("spec", "resourceAttributes") is { } attributes
            ? authorizer.Allows(user, AccessRequest.FromReview(attributes))
            : authorizer.AllowsUrl(user, body.Text("spec", "nonResourceAttributes", "verb") ?? "", body.Text("spec", "nonResourceAttributes", "path") ?? "");
        return new JsonObject { ["allowed"] = allowed };
    }

    private JsonObject ReviewRules(UserInfo user, string @namespace)
    {
        List<PolicyRule> rules = user.IsMaster ? [new(["*"], ["*"], ["*"], [], []), new(["*"], [], [], [], ["*"])] : [.. authorizer.RulesOf(user, @namespace)];
        return new JsonObject
        {
            ["resourceRules"] = new JsonArray([.. rules.Where(rule => rule.Urls.Count == 0).Select(rule => rule.ToJson())]),
            ["nonResourceRules"] = new JsonArray([.. rules.Where(rule => rule.Urls.Count > 0).Select(rule => new JsonObject
            {
                ["verbs"] = rule.ToJson()["verbs"]!.DeepClone(),
                ["nonResourceURLs"] = rule.ToJson()["nonResourceURLs"]!.DeepClone(),
            })]),
            ["incomplete"] = false,
        };
    }
}
