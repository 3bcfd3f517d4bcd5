using System.Diagnostics;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Configuration.Credentials;
using BackupOperator.Kubernetes.Models;
using Microsoft.AspNetCore.Http;

namespace BackupOperator.Kubernetes.Tests.Client;

public sealed class RetryTests
{
    private const string Pod = """{"metadata":{"name":"p","namespace":"shop"}}""";

    private static readonly V1ConfigMap Settings = new() { Metadata = new() { Name = "settings", Namespace = "shop" } };

    [Fact]
    public async Task A_throttled_request_of_any_kind_is_sent_again_after_the_time_that_the_server_asks_for()
    {
        await using var server = await FakeApiServer.StartAsync((c, n) =>
        {
            c.Response.Headers.RetryAfter = "1";
            return n == 1 ? c.AnswerStatusAsync(429, "TooManyRequests") : c.AnswerAsync(Pod, 201);
        });
        using var client = server.Client();
        var clock = Stopwatch.StartNew();

        await client.CreateAsync(Settings);

        server.Requests.Count.ShouldBe(2);
        clock.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(0.95));
    }

    [Fact]
    public async Task A_create_that_may_have_been_carried_out_is_not_sent_again()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => c.AnswerStatusAsync(503, "ServiceUnavailable"));
        using var client = server.Client();

        await Should.ThrowAsync<KubernetesApiException>(() => client.CreateAsync(Settings));
        server.Requests.Count.ShouldBe(1);

        await Should.ThrowAsync<KubernetesApiException>(() => client.PatchAsync<V1Pod>("p", "shop", KubernetesPatch.Json([])));
        server.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Reads_and_merge_patches_are_sent_again_and_the_number_of_tries_is_bounded()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => c.AnswerStatusAsync(503, "ServiceUnavailable"));
        using var client = server.Client();

        (await Should.ThrowAsync<KubernetesApiException>(() => client.GetAsync<V1Pod>("p", "shop"))).Message.ShouldContain("503");
        server.Requests.Count.ShouldBe(5);

        await Should.ThrowAsync<KubernetesApiException>(() => client.PatchAsync<V1Pod>("p", "shop", KubernetesPatch.Merge(new JsonObject())));
        server.Requests.Count.ShouldBe(10);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(422)]
    [InlineData(500)]
    public async Task An_answer_that_would_stay_the_same_is_not_asked_for_again(int code)
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => c.AnswerStatusAsync(code, "X"));
        using var client = server.Client();

        ((int)(await Should.ThrowAsync<KubernetesApiException>(() => client.GetAsync<V1Pod>("p", "shop"))).StatusCode).ShouldBe(code);

        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_broken_connection_is_bridged_for_reads_also_in_the_middle_of_the_answer()
    {
        await using var server = await FakeApiServer.StartAsync(async (c, n) =>
        {
            if (n == 1)
            {
                c.Abort();
            }
            else if (n == 2)
            {
                c.Response.ContentLength = 1000;
                await c.Response.WriteAsync("{");
                await c.Response.Body.FlushAsync();
                c.Abort();
            }
            else
            {
                await c.AnswerAsync(Pod);
            }
        });
        using var client = server.Client();

        (await client.GetAsync<V1Pod>("p", "shop")).ShouldNotBeNull();
        server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Who_cannot_be_reached_is_named()
    {
        using var client = new KubernetesClient(new() { Host = new("http://127.0.0.1:1") }, FakeApiServer.Fast);

        var error = await Should.ThrowAsync<KubernetesUnavailableException>(() => client.GetAsync<V1Pod>("p", "shop"));

        error.Message.ShouldContain("GET /api/v1/namespaces/shop/pods/p: http://127.0.0.1:1/ cannot be reached: Connection refused");
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up_and_a_caller_that_gives_up_is_obeyed()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => Task.Delay(Timeout.Infinite, c.RequestAborted).ContinueWith(_ => { }));
        using var client = server.Client(FakeApiServer.Fast with { RequestTimeout = TimeSpan.FromMilliseconds(100), MaxAttempts = 2 });

        var error = await Should.ThrowAsync<KubernetesUnavailableException>(() => client.GetAsync<V1Pod>("p", "shop"));
        error.Message.ShouldContain("no answer");
        server.Requests.Count.ShouldBe(2);

        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync<V1Pod>("p", "shop", cancelled.Token));
    }

    [Fact]
    public async Task After_a_401_the_credentials_are_asked_for_anew_once()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) =>
            c.Request.Headers.Authorization == "Bearer new" ? c.AnswerAsync(Pod) : c.AnswerStatusAsync(401, "Unauthorized"));
        var credentials = new Renewing();
        using var client = server.Client(credentials: credentials);

        (await client.GetAsync<V1Pod>("p", "shop")).ShouldNotBeNull();
        credentials.New = "wrong";
        var error = await Should.ThrowAsync<KubernetesApiException>(() => client.GetAsync<V1Pod>("p", "shop"));

        ((int)error.StatusCode).ShouldBe(401);
        server.Requests.Count.ShouldBe(4);
        error.Message.ShouldNotContain("wrong");
    }

    private sealed class Renewing : ICredentialSource
    {
        public string New { get; set; } = "new";

        public ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new Credential(new("Bearer", refresh ? New : "old")));
    }
}
