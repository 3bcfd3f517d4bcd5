using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Tests.Client;

public sealed class PagingTests
{
    [Fact]
    public async Task Pages_are_joined_and_the_selector_goes_with_each()
    {
        await using var server = await FakeApiServer.StartAsync((c, n) => c.AnswerAsync(n == 1 ? Page("a", "next/1") : Page("b", null)));
        using var client = server.Client();

        var list = await client.ListAsync<V1Pod>(query: new("app=db", "status.phase=Running", Limit: 1));

        list.Items.Select(p => p.Metadata.Name).ShouldBe(["a", "b"]);
        list.Items.ShouldAllBe(p => p.Kind == "Pod" && p.ApiVersion == "v1");
        list.ResourceVersion.ShouldBe("9");
        server.Requests.Select(r => r.Target).ShouldBe(
        [
            "/api/v1/pods?labelSelector=app%3Ddb&fieldSelector=status.phase%3DRunning&limit=1",
            "/api/v1/pods?labelSelector=app%3Ddb&fieldSelector=status.phase%3DRunning&limit=1&continue=next%2F1",
        ]);
    }

    [Fact]
    public async Task Pages_that_expire_are_read_again_from_the_start_without_doubles()
    {
        await using var server = await FakeApiServer.StartAsync((c, n) => n switch
        {
            1 or 3 => c.AnswerAsync(Page("a", "next")),
            2 => c.AnswerStatusAsync(410, "Expired"),
            _ => c.AnswerAsync(Page("b", null)),
        });
        using var client = server.Client();

        (await client.ListAsync<V1Pod>("shop")).Items.Select(p => p.Metadata.Name).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task Pages_that_expire_again_and_again_are_read_in_one_piece()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) =>
            !c.Request.Query.ContainsKey("limit") ? c.AnswerAsync(Page("a", null))
            : c.Request.Query.ContainsKey("continue") ? c.AnswerStatusAsync(410, "Expired")
            : c.AnswerAsync(Page("a", "next")));
        using var client = server.Client();

        (await client.ListAsync<V1Pod>("shop")).Items.Count.ShouldBe(1);
        server.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task An_object_that_does_not_fit_its_type_hides_no_other()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => c.AnswerAsync(
            """{"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"bad","namespace":"shop"},"spec":{"containers":5}},{"metadata":{"name":"good"}}]}"""));
        using var client = server.Client();

        var list = await client.ListAsync<V1Pod>();

        list.Items.Single().Metadata.Name.ShouldBe("good");
        list.Unreadable.ShouldBe([new("shop", "bad")]);
    }

    [Fact]
    public async Task An_answer_that_is_no_list_is_an_error_and_not_an_empty_list()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => c.AnswerAsync("""{"hello":1}"""));
        using var client = server.Client();

        await Should.ThrowAsync<KubernetesUnavailableException>(() => client.ListAsync<V1Pod>());
    }

    private static string Page(string name, string? next) =>
        $$$"""{"metadata":{"resourceVersion":"9"{{{(next is null ? "" : $",\"continue\":\"{next}\"")}}}},"items":[{"metadata":{"name":"{{{name}}}"}}]}""";
}
