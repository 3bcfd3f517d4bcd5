using System.Collections.Concurrent;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Kubernetes.Tests.Watching;

public sealed class InformerTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> changes = new();
    private readonly CancellationTokenSource stop = new();
    private TestCluster cluster = null!;
    private Informer<Widget> informer = null!;
    private Task running = Task.CompletedTask;

    public async ValueTask InitializeAsync() => cluster = await TestCluster.StartAsync(TimeSpan.FromMilliseconds(200));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task What_is_there_and_what_changes_is_told_once_each()
    {
        await cluster.CreateAsync("a");
        await StartAsync();

        await cluster.CreateAsync("b");
        await cluster.PaintAsync("b", "Green");
        await cluster.Client.DeleteAsync<Widget>("a", "shop");

        await SeenAsync("Added a Red", "Added b Red", "Updated b Green was Red", "Deleted a Red");
        informer.TryGet(new("shop", "a"), out _).ShouldBeFalse();
        informer.Entities.Single().Metadata.Name.ShouldBe("b");
    }

    [Fact]
    public async Task A_cut_watch_is_taken_up_where_it_ended_without_listing_again()
    {
        await StartAsync();
        using var lists = cluster.Server.Faults.Add(r => r.Verb == "list" && r.Resource == "widgets", new() { Answer = System.Net.HttpStatusCode.Forbidden });
        await cluster.CreateAsync("a");
        await SeenAsync("Added a Red");

        // A bookmark has moved the version on since; what happens while nobody watches must not get lost.
        cluster.Server.Faults.EndWatches(r => r.Resource == "widgets");
        await cluster.PaintAsync("a", "Green");
        cluster.Server.Faults.EndWatches(r => r.Resource == "widgets", abort: false);
        await cluster.PaintAsync("a", "Blue");

        await TestCluster.EventuallyAsync(() => changes.LastOrDefault() is { } last && last.StartsWith("Updated a Blue"));
        changes.ShouldNotContain(c => c.StartsWith("Deleted"));
        lists.Struck.ShouldBe(0);
    }

    [Fact]
    public async Task After_410_the_difference_is_told_with_what_was_deleted_and_made_anew_meanwhile()
    {
        foreach (var name in new[] { "deleted", "remade", "same", "painted" })
        {
            await cluster.CreateAsync(name);
        }

        await StartAsync();
        await SeenAsync("Added deleted Red", "Added remade Red", "Added same Red", "Added painted Red");
        using (cluster.Server.Faults.Add(r => r.Verb is "watch" or "list" && r.Resource == "widgets", new() { Answer = System.Net.HttpStatusCode.InternalServerError }))
        {
            cluster.Server.Faults.EndWatches(r => r.Resource == "widgets");
            await cluster.Client.DeleteAsync<Widget>("deleted", "shop");
            await cluster.Client.DeleteAsync<Widget>("remade", "shop");
            await cluster.CreateAsync("remade", "Blue");
            await cluster.PaintAsync("painted", "Green");
            await cluster.CreateAsync("new");
            cluster.Server.CompactHistory();
            changes.Clear();
        }

        await SeenAsync("Deleted deleted Red", "Deleted remade Red", "Added remade Blue", "Updated painted Green was Red", "Added new Red");
        changes.Count.ShouldBe(5, string.Join(", ", changes));
    }

    [Fact]
    public async Task Trouble_of_any_kind_is_outlived()
    {
        var faults = cluster.Server.Faults;
        faults.Add(r => r.Verb == "list" && r.Resource == "widgets", new() { Answer = System.Net.HttpStatusCode.Forbidden }, times: 2);
        faults.Add(r => r.Verb == "watch" && r.Resource == "widgets", new() { Answer = System.Net.HttpStatusCode.InternalServerError }, times: 2);
        faults.Add(r => r.Verb == "watch" && r.Resource == "widgets", Faults.Drop, times: 2);
        faults.Add(r => r.Verb == "watch" && r.Resource == "widgets", Faults.Gone, times: 2);
        await StartAsync();

        await cluster.CreateAsync("a");

        await SeenAsync("Added a Red");
    }

    [Fact]
    public async Task A_subscriber_that_throws_takes_nothing_from_the_others()
    {
        await StartAsync(i => i.Subscribe(_ => throw new InvalidOperationException("bad subscriber")));

        await cluster.CreateAsync("a");
        await cluster.CreateAsync("b");

        await SeenAsync("Added a Red", "Added b Red");
    }

    [Fact]
    public async Task An_object_that_leaves_the_selector_is_gone_for_those_who_select()
    {
        await cluster.Client.CreateAsync(new Widget { Metadata = new() { Name = "mine", Namespace = "shop", Labels = new() { ["app"] = "x" } } });
        await cluster.CreateAsync("other");
        await StartAsync(query: new("app=x"));
        await SeenAsync("Added mine Red");

        await cluster.Client.PatchAsync<Widget>("mine", "shop", KubernetesPatch.Merge(System.Text.Json.Nodes.JsonNode.Parse("""{"metadata":{"labels":null}}""")!));

        await SeenAsync("Deleted mine Red");
        changes.Count.ShouldBe(2);
    }

    private async Task StartAsync(Action<Informer<Widget>>? configure = null, ListQuery? query = null)
    {
        var options = new InformerOptions { RetryDelay = TimeSpan.FromMilliseconds(5), MaxRetryDelay = TimeSpan.FromMilliseconds(50), ShortestWatch = TimeSpan.Zero };
        informer = new(cluster.Client, "shop", query, options, TimeProvider.System, new Jitter(new Random(1)), NullLogger.Instance);
        configure?.Invoke(informer);
        informer.Subscribe(c => changes.Enqueue(
            $"{c.Type} {c.Entity.Metadata.Name} {c.Entity.Spec.Colour}{(c.Type == EntityChangeType.Updated ? $" was {c.Previous!.Spec.Colour}" : "")}"));
        running = informer.RunAsync(stop.Token);
        await informer.Synced.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private async Task SeenAsync(params string[] expected)
    {
        try
        {
            await TestCluster.EventuallyAsync(() => expected.All(changes.Contains));
        }
        catch (OperationCanceledException)
        {
            changes.ShouldBe(expected, ignoreOrder: true);
        }
    }

    private static class Faults
    {
        public static BackupOperator.LocalCluster.ApiServer.Faults.Fault Drop => BackupOperator.LocalCluster.ApiServer.Faults.Fault.Drop;

        public static BackupOperator.LocalCluster.ApiServer.Faults.Fault Gone => BackupOperator.LocalCluster.ApiServer.Faults.Fault.Gone;
    }
}
