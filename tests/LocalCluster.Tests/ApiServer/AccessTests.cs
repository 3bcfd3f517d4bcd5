using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer;

/// <summary>Who may do what.</summary>
public sealed class AccessTests(ApiUnderTest api) : ApiSemantics(api)
{
    private string Rbac => $"/apis/rbac.authorization.k8s.io/v1/namespaces/{Namespace}";

    [Fact]
    public async Task A_bad_token_is_unauthorized() =>
        (await Admin.As("bad").Get($"{Core}/configmaps")).ShouldBe(401).Reason.ShouldBe("Unauthorized");

    [Fact]
    public async Task Without_a_role_everything_is_forbidden()
    {
        var account = await AccountAsync("nobody");
        var answer = (await account.Get($"{Core}/configmaps/a")).ShouldBe(403);
        answer.Message.ShouldBe($"configmaps \"a\" is forbidden: User \"system:serviceaccount:{Namespace}:nobody\" cannot get resource \"configmaps\" in API group \"\" in the namespace \"{Namespace}\"");
        (await account.Get("/api/v1/nodes")).ShouldBe(403).Message.ShouldEndWith("cannot list resource \"nodes\" in API group \"\" at the cluster scope");
        (await account.Get("/apis")).ShouldBe(200);
    }

    [Fact]
    public async Task A_role_opens_exactly_what_it_names()
    {
        await CreateStatefulSet("db");
        await CreateStatefulSet("other");
        var account = await AccountAsync("sidecar", """[{"apiGroups":["apps"],"resources":["statefulsets"],"resourceNames":["db"],"verbs":["get","patch"]},{"apiGroups":[""],"resources":["pods/log"],"verbs":["get"]}]""");
        (await account.Get($"{Apps}/statefulsets/db")).ShouldBe(200);
        (await account.Patch($"{Apps}/statefulsets/db", Json("""{"spec":{"replicas":0}}"""))).ShouldBe(200);
        (await account.Get($"{Apps}/statefulsets/other")).ShouldBe(403);
        (await account.Get($"{Apps}/statefulsets")).ShouldBe(403);
        (await account.Patch($"{Apps}/statefulsets/db/status", Json("{}"))).ShouldBe(403).Message.ShouldContain("cannot patch resource \"statefulsets/status\" in API group \"apps\"");
        (await account.Patch($"{Apps}/statefulsets/db/scale", Json("{}"))).ShouldBe(403);
        (await account.Delete($"{Apps}/statefulsets/db")).ShouldBe(403);
        (await account.Get($"{Core}/pods/none/log")).ShouldBe(404);
        (await account.Get($"{Core}/pods/none")).ShouldBe(403);
    }

    [Fact]
    public async Task A_name_in_a_role_allows_to_watch_that_name()
    {
        await CreateStatefulSet("db");
        var account = await AccountAsync("watcher", """[{"apiGroups":["apps"],"resources":["statefulsets"],"resourceNames":["db"],"verbs":["list","watch"]}]""");
        (await account.Get($"{Apps}/statefulsets?fieldSelector=metadata.name%3Ddb")).ShouldBe(200);
        (await account.Get($"{Apps}/statefulsets")).ShouldBe(403);
    }

    [Fact]
    public async Task Nobody_gives_away_what_he_does_not_have()
    {
        var account = await AccountAsync("giver", """[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings"],"verbs":["create"]},{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]""");
        (await account.Create($"{Rbac}/roles", Json("""{"metadata":{"name":"more"},"rules":[{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}]}"""))).ShouldBe(403).Message.ShouldContain("is attempting to grant RBAC permissions not currently held");
        (await account.Create($"{Rbac}/roles", Json("""{"metadata":{"name":"same"},"rules":[{"apiGroups":[""],"resources":["pods"],"resourceNames":["a"],"verbs":["get"]}]}"""))).ShouldBe(201);
        (await Admin.Create($"{Rbac}/roles", Json("""{"metadata":{"name":"secrets"},"rules":[{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}]}"""))).ShouldBe(201);
        (await account.Create($"{Rbac}/rolebindings", Json($$$"""{"metadata":{"name":"secrets"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"secrets"},"subjects":[{"kind":"ServiceAccount","name":"giver","namespace":"{{{Namespace}}}"}]}"""))).ShouldBe(403);
        (await account.Create($"{Rbac}/rolebindings", Json($$$"""{"metadata":{"name":"same"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"same"},"subjects":[{"kind":"ServiceAccount","name":"giver","namespace":"{{{Namespace}}}"}]}"""))).ShouldBe(201);
    }

    [Fact]
    public async Task Everybody_may_ask_who_he_is_and_what_he_may_do()
    {
        var account = await AccountAsync("asker", """[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]""");
        (await account.Create("/apis/authentication.k8s.io/v1/selfsubjectreviews", Json("{}"))).ShouldBe(201).Text("status", "userInfo", "username").ShouldBe($"system:serviceaccount:{Namespace}:asker");
        (await MayAsync(account, "get")).ShouldBeTrue();
        (await MayAsync(account, "delete")).ShouldBeFalse();
    }

    private async Task<bool> MayAsync(ApiClient account, string verb)
    {
        var review = Json($$$"""{"spec":{"resourceAttributes":{"namespace":"{{{Namespace}}}","verb":"{{{verb}}}","resource":"pods"}} }""");
        return (await account.Create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)).ShouldBe(201)["status"]!["allowed"]!.GetValue<bool>();
    }

    private async Task<ApiClient> AccountAsync(string name, string? rules = null)
    {
        (await Admin.Create($"{Core}/serviceaccounts", Json($$$"""{"metadata":{"name":"{{{name}}}"}}"""))).ShouldBe(201);
        if (rules is not null)
        {
            (await Admin.Create($"{Rbac}/roles", Json($$$"""{"metadata":{"name":"{{{name}}}"},"rules":{{{rules}}}}"""))).ShouldBe(201);
            (await Admin.Create($"{Rbac}/rolebindings", Json($$$"""{"metadata":{"name":"{{{name}}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"{{{name}}}"},"subjects":[{"kind":"ServiceAccount","name":"{{{name}}}","namespace":"{{{Namespace}}}"}]}"""))).ShouldBe(201);
        }

        var token = (await Admin.Create($"{Core}/serviceaccounts/{name}/token", Json("""{"spec":{"expirationSeconds":3600}}"""))).ShouldBe(201);
        return Admin.As(token.Text("status", "token"));
    }
}
