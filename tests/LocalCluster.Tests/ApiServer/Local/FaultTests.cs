using System.Net;
using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer.Local;

public sealed class FaultTests : LocalServer
{
    [Theory]
    [InlineData(HttpStatusCode.Conflict, "Conflict")]
    [InlineData(HttpStatusCode.Gone, "Expired")]
    [InlineData(HttpStatusCode.TooManyRequests, "TooManyRequests")]
    [InlineData(HttpStatusCode.InternalServerError, "InternalError")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "ServiceUnavailable")]
    public async Task A_fault_answers_as_often_as_it_was_told(HttpStatusCode code, string reason)
    {
        var rule = Server.Faults.Add(request => request is { Verb: "list", Resource: "configmaps" }, new Fault { Answer = code }, times: 2);
        (await Admin.Get($"{Core}/configmaps")).ShouldBe((int)code).Reason.ShouldBe(reason);
        (await Admin.Get($"{Core}/secrets")).ShouldBe(200);
        (await Admin.Get($"{Core}/configmaps")).ShouldBe((int)code);
        (await Admin.Get($"{Core}/configmaps")).ShouldBe(200);
        rule.Struck.ShouldBe(2);
    }

    [Fact]
    public async Task A_lost_answer_leaves_the_write_done()
    {
        using var rule = Server.Faults.Add(request => request.Verb == "create", Fault.LostAnswer, times: 1);
        await Should.ThrowAsync<HttpRequestException>(() => CreateConfigMap("a"));
        (await Admin.Get($"{Core}/configmaps/a")).ShouldBe(200);
    }

    [Fact]
    public async Task A_dropped_request_does_nothing()
    {
        using var rule = Server.Faults.Add(request => request.Verb == "create", Fault.Drop, times: 1);
        await Should.ThrowAsync<HttpRequestException>(() => CreateConfigMap("a"));
        (await Admin.Get($"{Core}/configmaps/a")).ShouldBe(404);
    }

    [Fact]
    public async Task Too_many_requests_say_when_to_come_again()
    {
        using var rule = Server.Faults.Add(_ => true, Fault.TooManyRequests(TimeSpan.FromSeconds(7)), times: 1);
        using var handler = new HttpClientHandler();
#pragma warning disable MA0039
        handler.ServerCertificateCustomValidationCallback = (_, _, _, _) => true;
#pragma warning restore MA0039
        using var http = new HttpClient(handler);
        using var answer = await http.GetAsync(new Uri($"{Server.Url}/version"));
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task Running_watches_can_be_cut()
    {
        var seen = new TaskCompletionSource();
        var watching = Task.Run(async () =>
        {
            await foreach (var message in Admin.Watch($"{Core}/configmaps?watch=true"))
            {
                seen.TrySetResult();
            }
        });
        await seen.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Server.Faults.RunningWatches.ShouldBe(1);
        Server.Faults.EndWatches().ShouldBe(1);
        await Should.ThrowAsync<Exception>(() => watching.WaitAsync(TimeSpan.FromSeconds(10)));
        Server.Faults.RunningWatches.ShouldBe(0);
    }

    [Fact]
    public async Task An_old_watch_gets_an_error_that_says_gone()
    {
        var made = await CreateConfigMap("a");
        await CreateConfigMap("b");
        Server.CompactHistory();
        var messages = new List<string>();
        await foreach (var message in Admin.Watch($"{Core}/configmaps?watch=true&resourceVersion={made.ResourceVersion}"))
        {
            messages.Add($"{message["type"]} {message["object"]!["code"]} {message["object"]!["reason"]}");
        }

        messages.ShouldBe(["ERROR 410 Expired"]);
    }

    [Fact]
    public async Task An_old_page_can_be_gone_on_with_from_the_present()
    {
        await CreateConfigMap("a");
        await CreateConfigMap("b");
        var first = await Admin.Get($"{Core}/configmaps?limit=1");
        await CreateConfigMap("c");
        Server.CompactHistory();
        var expired = (await Admin.Get($"{Core}/configmaps?limit=1&continue={Uri.EscapeDataString(first.Text("metadata", "continue"))}")).ShouldBe(410);
        var next = (await Admin.Get($"{Core}/configmaps?continue={Uri.EscapeDataString(expired.Text("metadata", "continue"))}")).ShouldBe(200);
        next["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.GetValue<string>()).ShouldBe(["b", "c", "kube-root-ca.crt"]);
    }

    [Fact]
    public async Task A_revoked_token_is_unauthorized_and_a_new_one_works()
    {
        var old = Server.CreateToken("default", "default");
        (await Admin.As(old).Get("/version")).ShouldBe(200);
        Server.RevokeToken(old).ShouldBeTrue();
        (await Admin.As(old).Get("/version")).ShouldBe(401);
        (await Admin.As(Server.CreateToken("default", "default")).Get("/version")).ShouldBe(200);
    }
}
