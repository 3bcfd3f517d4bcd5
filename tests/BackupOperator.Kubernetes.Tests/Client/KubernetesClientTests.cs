using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Tests.Client;

public sealed class KubernetesClientTests
{
    [Fact]
    public async Task Get_reads_an_object_and_404_is_null()
    {
        await using var server = await FakeApiServer.StartAsync((c, n) => n == 1
            ? c.AnswerAsync("""{"metadata":{"name":"db","namespace":"shop","resourceVersion":"7"},"spec":{"replicas":3,"new":true}}""")
            : c.AnswerStatusAsync(404, "NotFound"));
        using var client = server.Client();

        var found = await client.GetAsync<V1StatefulSet>("db", "shop");
        var missing = await client.GetAsync<V1StatefulSet>("other", "shop");

        found!.Spec!.Replicas.ShouldBe(3);
        found.Metadata.ResourceVersion.ShouldBe("7");
        missing.ShouldBeNull();
        server.Requests.Select(r => r.Target).ShouldBe(["/apis/apps/v1/namespaces/shop/statefulsets/db", "/apis/apps/v1/namespaces/shop/statefulsets/other"]);
        server.Requests.ShouldAllBe(r => r.Headers["User-Agent"].StartsWith("mysql-backup-operator/"));
    }

    [Fact]
    public async Task What_does_not_fit_its_type_is_told_apart_from_no_answer()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => c.AnswerAsync("""{"metadata":{"name":"db"},"spec":{"replicas":"many"}}"""));
        using var client = server.Client();

        (await Should.ThrowAsync<UnreadableObjectException>(() => client.GetAsync<V1StatefulSet>("db", "shop"))).Message.ShouldContain("not a V1StatefulSet");
    }

    [Fact]
    public async Task A_namespaced_object_needs_its_namespace_and_a_name()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => c.AnswerAsync("{}"));
        using var client = server.Client();

        await Should.ThrowAsync<ArgumentException>(() => client.GetAsync<V1StatefulSet>("db"));
        await Should.ThrowAsync<ArgumentException>(() => client.DeleteAsync<V1StatefulSet>("", "shop"));
        await Should.ThrowAsync<ArgumentException>(() => client.CreateAsync(new V1Secret { Metadata = { Name = "s" } }));
        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Create_sends_type_and_body_without_nulls()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => c.AnswerAsync(server_body, 201));
        using var client = server.Client();

        var created = await client.CreateAsync(new V1ConfigMap
        {
            Metadata = new() { Name = "settings", Namespace = "shop" },
            Data = new() { ["a"] = "1" },
        });

        created.Metadata.Uid.ShouldBe("u");
        var request = server.Requests.Single();
        request.Method.ShouldBe("POST");
        request.Body.ShouldBe("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"a":"1"}}""");
    }

    private const string server_body = """{"metadata":{"name":"settings","namespace":"shop","uid":"u"}}""";

    [Fact]
    public async Task Patches_carry_their_media_type_and_options()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => c.AnswerAsync("""{"metadata":{}}"""));
        using var client = server.Client();

        await client.PatchAsync<V1StatefulSet>("db", "shop", KubernetesPatch.Merge(new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 0 } }));
        await client.PatchAsync<V1StatefulSet>("db", "shop", KubernetesPatch.Json([]), "status");
        await client.PatchAsync<V1StatefulSet>("db", "shop", KubernetesPatch.Apply(new JsonObject(), "backup-operator"));

        server.Requests.Select(r => (r.Method, r.Target, r.Headers["Content-Type"])).ShouldBe(
        [
            ("PATCH", "/apis/apps/v1/namespaces/shop/statefulsets/db", "application/merge-patch+json"),
            ("PATCH", "/apis/apps/v1/namespaces/shop/statefulsets/db/status", "application/json-patch+json"),
            ("PATCH", "/apis/apps/v1/namespaces/shop/statefulsets/db?fieldManager=backup-operator&force=true", "application/apply-patch+yaml"),
        ]);
        server.Requests.First().Body.ShouldBe("""{"spec":{"replicas":0}}""");
    }

    [Fact]
    public async Task Delete_sends_preconditions_and_tells_whether_there_was_something()
    {
        await using var server = await FakeApiServer.StartAsync((c, n) => n switch
        {
            1 => c.AnswerStatusAsync(200, ""),
            2 => c.AnswerStatusAsync(404, "NotFound"),
            _ => c.AnswerStatusAsync(409, "Conflict"),
        });
        using var client = server.Client();
        var request = new DeleteRequest(DeletionPropagation.Foreground, Uid: "u1", GracePeriodSeconds: 5);

        (await client.DeleteAsync<V1Pod>("p", "shop", request)).ShouldBeTrue();
        (await client.DeleteAsync<V1Pod>("p", "shop")).ShouldBeFalse();
        var conflict = await Should.ThrowAsync<KubernetesApiException>(() => client.DeleteAsync<V1Pod>("p", "shop", request));

        conflict.IsConflict.ShouldBeTrue();
        server.Requests.First().Body.ShouldBe(
            """{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Foreground","preconditions":{"uid":"u1"},"gracePeriodSeconds":5}""");
        server.Requests.ElementAt(1).Body.ShouldContain("Background");
    }

    [Fact]
    public async Task Errors_name_the_request_and_what_the_server_says()
    {
        await using var server = await FakeApiServer.StartAsync((c, n) => n == 1
            ? c.AnswerStatusAsync(403, "Forbidden", "pods is forbidden: no right")
            : c.AnswerAsync("<html>upstream</html>", 418));
        using var client = server.Client();

        var refused = await Should.ThrowAsync<KubernetesApiException>(() => client.ListAsync<V1Pod>("shop"));
        var foreign = await Should.ThrowAsync<KubernetesApiException>(() => client.GetAsync<V1Pod>("p", "shop"));

        refused.Message.ShouldBe("GET /api/v1/namespaces/shop/pods: 403 pods is forbidden: no right");
        refused.Reason.ShouldBe("Forbidden");
        foreign.Message.ShouldContain("<html>upstream</html>");
    }
}
