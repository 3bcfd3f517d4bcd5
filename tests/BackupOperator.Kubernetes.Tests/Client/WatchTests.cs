using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;
using BackupOperator.TestSupport.Time;
using Microsoft.AspNetCore.Http;

namespace BackupOperator.Kubernetes.Tests.Client;

public sealed class WatchTests
{
    [Fact]
    public async Task Events_are_read_and_the_server_is_asked_for_bookmarks_and_a_random_end()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => c.StreamAsync(
            Event("ADDED", "a", 1), Event("MODIFIED", "a", 2), """{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"5"}}}""",
            """{"type":"NEWER","object":{}}""", Event("DELETED", "a", 6)));
        using var client = server.Client();

        var events = await ReadAsync(client, "0");

        events.Select(e => (e.Type, e.Entity.Metadata.ResourceVersion)).ShouldBe(
            [(WatchEventType.Added, "1"), (WatchEventType.Modified, "2"), (WatchEventType.Bookmark, "5"), (WatchEventType.Deleted, "6")]);
        var target = server.Requests.Single().Target;
        target.ShouldStartWith("/api/v1/namespaces/shop/pods?watch=true&allowWatchBookmarks=true&resourceVersion=0&timeoutSeconds=");
        int.Parse(target[(target.LastIndexOf('=') + 1)..]).ShouldBeInRange(300, 600);
    }

    [Fact]
    public async Task An_error_event_of_an_old_version_is_410()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => c.StreamAsync(
            Event("ADDED", "a", 1), """{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"""));
        using var client = server.Client();
        var seen = 0;

        var error = await Should.ThrowAsync<KubernetesApiException>(async () =>
        {
            await foreach (var _ in client.WatchAsync<V1Pod>("shop", "1"))
            {
                seen++;
            }
        });

        error.IsGone.ShouldBeTrue();
        seen.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_is_cut_in_the_middle_of_a_line_ends_and_tells_no_half_event(bool abort)
    {
        var read = new TaskCompletionSource();
        await using var server = await FakeApiServer.StartAsync(async (c, _) =>
        {
            await c.StreamAsync(Event("ADDED", "a", 1));
            await read.Task;
            await c.Response.WriteAsync("""{"type":"ADDED","obj""");
            await c.Response.Body.FlushAsync();
            if (abort)
            {
                c.Abort();
            }
        });
        using var client = server.Client();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var events = 0;

        await foreach (var _ in client.WatchAsync<V1Pod>("shop", "0", cancellationToken: timeout.Token))
        {
            events++;
            read.TrySetResult();
        }

        events.ShouldBe(1);
    }

    [Fact]
    public async Task A_watch_that_says_nothing_is_taken_for_dead()
    {
        var time = new FakeTimeProvider();
        await using var server = await FakeApiServer.StartAsync(async (c, _) =>
        {
            await c.StreamAsync(Event("ADDED", "a", 1));
            await Task.Delay(Timeout.Infinite, c.RequestAborted);
        });
        using var client = server.Client(time: time);

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await using var events = client.WatchAsync<V1Pod>("shop", "0", cancellationToken: timeout.Token).GetAsyncEnumerator(timeout.Token);
        (await events.MoveNextAsync()).ShouldBeTrue();
        var next = events.MoveNextAsync().AsTask();
        await TestCluster.EventuallyAsync(() => time.WaitingTimers == 1);

        time.Advance(TimeSpan.FromSeconds(149));
        next.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(1));

        (await next).ShouldBeFalse();
    }

    [Fact]
    public async Task A_long_watch_is_not_ended_by_the_timeout_of_requests()
    {
        await using var server = await FakeApiServer.StartAsync(async (c, _) =>
        {
            await c.StreamAsync(Event("ADDED", "a", 1));
            await Task.Delay(600);
            await c.StreamAsync(Event("ADDED", "b", 2));
        });
        using var client = server.Client(FakeApiServer.Fast with { RequestTimeout = TimeSpan.FromMilliseconds(300) });

        (await ReadAsync(client, "0")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_object_that_does_not_fit_its_type_only_moves_the_version_on_unless_it_is_deleted()
    {
        await using var server = await FakeApiServer.StartAsync((c, _) => c.StreamAsync(
            """{"type":"MODIFIED","object":{"metadata":{"name":"bad","resourceVersion":"3"},"spec":{"containers":5}}}""",
            """{"type":"DELETED","object":{"metadata":{"name":"bad","resourceVersion":"4"},"spec":{"containers":5}}}"""));
        using var client = server.Client();

        var events = await ReadAsync(client, "0");

        events.Select(e => (e.Type, e.Entity.Metadata.ResourceVersion)).ShouldBe([(WatchEventType.Bookmark, "3"), (WatchEventType.Deleted, "4")]);
    }

    [Fact]
    public async Task Who_stops_watching_gets_no_more()
    {
        await using var server = await FakeApiServer.StartAsync(async (c, _) =>
        {
            await c.StreamAsync(Event("ADDED", "a", 1));
            await Task.Delay(Timeout.Infinite, c.RequestAborted);
        });
        using var client = server.Client();
        using var stop = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.WatchAsync<V1Pod>("shop", "1", cancellationToken: stop.Token))
            {
                await stop.CancelAsync();
            }
        });
    }

    private static string Event(string type, string name, int version) =>
        $$$$"""{"type":"{{{{type}}}}","object":{"metadata":{"name":"{{{{name}}}}","namespace":"shop","resourceVersion":"{{{{version}}}}"}}}""";

    private static async Task<List<WatchEvent<V1Pod>>> ReadAsync(KubernetesClient client, string version)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var events = new List<WatchEvent<V1Pod>>();
        await foreach (var change in client.WatchAsync<V1Pod>("shop", version, cancellationToken: timeout.Token))
        {
            events.Add(change);
        }

        return events;
    }
}
