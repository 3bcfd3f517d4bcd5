using System.Net;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Tests.Events;

public sealed class EventPublisherTests : IAsyncLifetime
{
    private TestCluster cluster = null!;
    private Widget widget = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = await TestCluster.StartAsync();
        widget = await cluster.CreateAsync("a");
    }

    public async ValueTask DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task The_same_event_again_raises_the_count_and_another_one_is_its_own()
    {
        await using (var publisher = Publisher())
        {
            for (var i = 0; i < 5; i++)
            {
                publisher.Publish(widget, "StorageRefused", "no bucket", EventType.Warning);
            }

            publisher.Publish(widget, "Completed", "all there");
        }

        var events = (await cluster.Client.ListAsync<V1Event>("shop")).Items.OrderBy(e => e.Reason).ToList();
        events.Select(e => (e.Reason, e.Message, e.Type, e.Count)).ShouldBe(
            [("Completed", "all there", "Normal", 1), ("StorageRefused", "no bucket", "Warning", 5)]);
        var about = events[0].InvolvedObject!;
        (about.Kind, about.Name, about.Uid, about.ApiVersion).ShouldBe(("Widget", "a", widget.Metadata.Uid, "test.mysqlbackup.io/v1"));
        events[0].Source!.Component.ShouldBe("backup-operator");
        events[1].LastTimestamp.ShouldNotBeNull();
    }

    [Fact]
    public async Task An_event_that_was_removed_is_made_anew()
    {
        await using var publisher = Publisher();
        publisher.Publish(widget, "Queued", "waits");
        await TestCluster.EventuallyAsync(async () => (await cluster.Client.ListAsync<V1Event>("shop")).Items.Count == 1);
        await cluster.Client.DeleteAsync<V1Event>((await cluster.Client.ListAsync<V1Event>("shop")).Items[0].Metadata.Name!, "shop");

        publisher.Publish(widget, "Queued", "waits");

        await TestCluster.EventuallyAsync(async () => (await cluster.Client.ListAsync<V1Event>("shop")).Items.Count == 1);
    }

    [Fact]
    public async Task Who_publishes_never_waits_and_never_fails()
    {
        using var fault = cluster.Server.Faults.Add(r => r.Resource == "events", new() { Answer = HttpStatusCode.Forbidden }, times: 1);
        await using (var publisher = Publisher())
        {
            publisher.Publish(widget, "Refused", "first");
            publisher.Publish(widget, "Long", new string('x', 5000));
        }

        var written = (await cluster.Client.ListAsync<V1Event>("shop")).Items.Single();
        written.Reason.ShouldBe("Long");
        written.Message!.Length.ShouldBe(1024);
    }

    private EventPublisher Publisher() => new(cluster.Client, "backup-operator", "pod-1");
}
