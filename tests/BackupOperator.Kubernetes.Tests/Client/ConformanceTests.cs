using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Crds;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.Tests.Client;

/// <summary>What the client relies on, against LocalCluster's API server, and against a real one where there is one.</summary>
public sealed class LocalConformanceTests(LocalConformanceTests.Fixture fixture)
    : ConformanceTests(fixture), IClassFixture<LocalConformanceTests.Fixture>
{
    public sealed class Fixture() : ConformanceFixture(real: false);
}

public sealed class RealConformanceTests(RealConformanceTests.Fixture fixture)
    : ConformanceTests(fixture), IClassFixture<RealConformanceTests.Fixture>
{
    public sealed class Fixture() : ConformanceFixture(real: true);
}

public abstract class ConformanceTests(ConformanceFixture fixture)
{
    private readonly string name = $"c{Guid.NewGuid():N}"[..12];

    private string Namespace => fixture.Namespace;

    private KubernetesClient Client
    {
        get
        {
            Assert.SkipWhen(fixture.WhyNot is not null, fixture.WhyNot ?? "");
            return fixture.Client!;
        }
    }

    [Fact]
    public async Task An_object_is_created_read_and_deleted_once()
    {
        var created = await Client.CreateAsync(Map("1"));

        (created.Kind, created.ApiVersion, created.Metadata.Uid).ShouldBe(("ConfigMap", "v1", created.Metadata.Uid.ShouldNotBeNull()));
        (await Client.GetAsync<V1ConfigMap>(name, Namespace))!.Data!["v"].ShouldBe("1");
        (await Should.ThrowAsync<KubernetesApiException>(() => Client.CreateAsync(Map("2")))).IsAlreadyExists.ShouldBeTrue();
        (await Client.DeleteAsync<V1ConfigMap>(name, Namespace)).ShouldBeTrue();
        (await Client.DeleteAsync<V1ConfigMap>(name, Namespace)).ShouldBeFalse();
        (await Client.GetAsync<V1ConfigMap>(name, Namespace)).ShouldBeNull();
    }

    [Fact]
    public async Task A_deletion_with_another_uid_or_version_is_a_conflict()
    {
        var created = await Client.CreateAsync(Map("1"));

        var uid = await Should.ThrowAsync<KubernetesApiException>(() => Client.DeleteAsync<V1ConfigMap>(name, Namespace, new(Uid: Guid.NewGuid().ToString())));
        uid.IsConflict.ShouldBeTrue();
        await Client.PatchAsync<V1ConfigMap>(name, Namespace, Merge("""{"data":{"v":"2"}}"""));
        var version = await Should.ThrowAsync<KubernetesApiException>(
            () => Client.DeleteAsync<V1ConfigMap>(name, Namespace, new(ResourceVersion: created.Metadata.ResourceVersion)));
        version.IsConflict.ShouldBeTrue();
        (await Client.DeleteAsync<V1ConfigMap>(name, Namespace, new(Uid: created.Metadata.Uid))).ShouldBeTrue();
    }

    [Fact]
    public async Task A_merge_patch_with_an_old_version_or_another_uid_is_refused_and_changes_nothing()
    {
        var created = await Client.CreateAsync(Map("1"));
        await Client.PatchAsync<V1ConfigMap>(name, Namespace, Merge("""{"data":{"v":"2"}}"""));

        var version = await Should.ThrowAsync<KubernetesApiException>(() => Client.PatchAsync<V1ConfigMap>(
            name, Namespace, Merge("{\"metadata\":{\"resourceVersion\":\"" + created.Metadata.ResourceVersion + "\"},\"data\":{\"v\":\"3\"}}")));
        var uid = await Should.ThrowAsync<KubernetesApiException>(() => Client.PatchAsync<V1ConfigMap>(
            name, Namespace, Merge("{\"metadata\":{\"uid\":\"" + Guid.NewGuid() + "\"},\"data\":{\"v\":\"3\"}}")));

        version.IsConflict.ShouldBeTrue();
        uid.IsUidMismatch.ShouldBeTrue(uid.Message);
        uid.IsConflict.ShouldBeTrue();
        (await Client.GetAsync<V1ConfigMap>(name, Namespace))!.Data!["v"].ShouldBe("2");
    }

    [Fact]
    public async Task A_json_patch_tests_before_it_changes()
    {
        await Client.CreateAsync(Map("1"));
        JsonArray Patch(string old) => JsonNode.Parse(
            $$"""[{"op":"test","path":"/data/v","value":"{{old}}"},{"op":"replace","path":"/data/v","value":"2"}]""")!.AsArray();

        await Should.ThrowAsync<KubernetesApiException>(() => Client.PatchAsync<V1ConfigMap>(name, Namespace, KubernetesPatch.Json(Patch("x"))));
        (await Client.PatchAsync<V1ConfigMap>(name, Namespace, KubernetesPatch.Json(Patch("1")))).Data!["v"].ShouldBe("2");
    }

    [Fact]
    public async Task Only_the_status_subresource_changes_a_status_and_it_changes_nothing_else()
    {
        var widget = await Client.CreateAsync(new Widget { Metadata = new() { Name = name, Namespace = Namespace }, Status = new() { Painted = "early" } });
        widget.Status.Painted.ShouldBeNull();

        await Client.PatchAsync<Widget>(name, Namespace, Merge("""{"spec":{"colour":"Blue"},"status":{"painted":"no"}}"""), "status");
        widget = (await Client.GetAsync<Widget>(name, Namespace))!;
        (widget.Spec.Colour, widget.Status.Painted).ShouldBe((WidgetColour.Red, "no"));

        widget.Status.Painted = "yes";
        widget = await Client.UpdateStatusAsync(widget);
        await Client.PatchAsync<Widget>(name, Namespace, Merge("""{"spec":{"colour":"Blue"},"status":{"painted":"x"}}"""));
        (await Should.ThrowAsync<KubernetesApiException>(() => Client.UpdateStatusAsync(widget))).IsConflict.ShouldBeTrue();
        widget = (await Client.GetAsync<Widget>(name, Namespace))!;
        (widget.Spec.Colour, widget.Status.Painted, widget.Metadata.Generation).ShouldBe((WidgetColour.Blue, "yes", 2));
    }

    [Fact]
    public async Task A_list_comes_in_pages_of_one_version_and_a_watch_goes_on_from_it()
    {
        for (var i = 0; i < 5; i++)
        {
            await Client.CreateAsync(Map("1", $"{name}-{i}"));
        }

        var query = new ListQuery($"test={name}", Limit: 2);
        var list = await Client.ListAsync<V1ConfigMap>(Namespace, query);
        list.Items.Select(m => m.Metadata.Name).ShouldBe(Enumerable.Range(0, 5).Select(i => $"{name}-{i}"));

        await Client.PatchAsync<V1ConfigMap>($"{name}-0", Namespace, Merge("""{"data":{"v":"2"}}"""));
        await Client.DeleteAsync<V1ConfigMap>($"{name}-1", Namespace);
        await Client.CreateAsync(Map("1", $"{name}-9"));
        var seen = new List<string>();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var change in Client.WatchAsync<V1ConfigMap>(Namespace, list.ResourceVersion, query, timeout.Token))
        {
            seen.Add($"{change.Type} {change.Entity.Metadata.Name![(name.Length + 1)..]}");
            if (seen.Count == 3)
            {
                break;
            }
        }

        seen.ShouldBe(["Modified 0", "Deleted 1", "Added 9"]);
    }

    [Fact]
    public async Task A_lease_takes_our_times_and_an_event_our_fields()
    {
        var time = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var lease = await Client.CreateAsync(new V1Lease
        {
            Metadata = new() { Name = name, Namespace = Namespace },
            Spec = new() { HolderIdentity = "me", LeaseDurationSeconds = 15, AcquireTime = time, RenewTime = time.AddMilliseconds(1.5) },
        });
        lease.Spec!.RenewTime.ShouldBe(time.AddMilliseconds(1.5));

        var widget = await Client.CreateAsync(new Widget { Metadata = new() { Name = name, Namespace = Namespace } });
        await using (var events = new Kubernetes.Events.EventPublisher(Client, "backup-operator", "pod-1"))
        {
            events.Publish(widget, "Tested", "twice");
            events.Publish(widget, "Tested", "twice");
        }

        var written = (await Client.ListAsync<V1Event>(Namespace, new(FieldSelector: $"involvedObject.name={name}"))).Items.Single();
        (written.Reason, written.Count).ShouldBe(("Tested", 2));
    }

    [Fact]
    public async Task Refusals_say_which_field_is_wrong()
    {
        var client = Client;
        var error = await Should.ThrowAsync<KubernetesApiException>(() =>
            client.CreateAsync(new Widget { Metadata = new() { Name = name, Namespace = Namespace }, Spec = new() { Count = 0 } }));

        (error.Reason, (int)error.StatusCode).ShouldBe(("Invalid", 422));
        error.Message.ShouldContain("spec.count");
    }

    [Fact]
    public async Task A_job_keeps_what_we_put_into_it()
    {
        var job = await Client.CreateAsync(new V1Job
        {
            Metadata = new() { Name = name, Namespace = Namespace },
            Spec = new()
            {
                BackoffLimit = 3,
                PodFailurePolicy = new()
                {
                    Rules =
                    [
                        new() { Action = "FailJob", OnExitCodes = new() { ContainerName = "sidecar", Operator = "In", Values = [64, 65] } },
                        new() { Action = "Ignore", OnPodConditions = [new() { Type = "DisruptionTarget", Status = "True" }] },
                    ],
                },
                Template = new()
                {
                    Spec = new()
                    {
                        RestartPolicy = "Never",
                        Containers =
                        [
                            new()
                            {
                                Name = "sidecar",
                                Image = "example/sidecar:1",
                                Resources = new() { Limits = new() { ["memory"] = "256Mi" } },
                                Env = [new() { Name = "POD_NAME", ValueFrom = new() { FieldRef = new() { FieldPath = "metadata.name" } } }],
                                SecurityContext = new() { Capabilities = new() { Drop = ["ALL"] }, AllowPrivilegeEscalation = false },
                            },
                        ],
                        Volumes = [new() { Name = "work", EmptyDir = new() { SizeLimit = "1Gi" } }],
                    },
                },
            },
        });

        job.Spec!.PodFailurePolicy!.Rules!.Count.ShouldBe(2);
        job.Spec.Template!.Spec!.Containers![0].Resources!.Limits!["memory"].ShouldBe(new ResourceQuantity("256Mi"));
        (await Client.DeleteAsync<V1Job>(name, Namespace, new(DeletionPropagation.Background, job.Metadata.Uid))).ShouldBeTrue();
    }

    [Fact]
    public async Task Our_definitions_are_established()
    {
        var definition = await Client.GetAsync<V1CustomResourceDefinition>("samples.test.mysqlbackup.io")
            ?? await Client.CreateAsync(KubernetesJson.FromNode<V1CustomResourceDefinition>(CrdGenerator.Generate<Crds.Sample>())!);

        await TestCluster.EventuallyAsync(async () =>
            (await Client.GetAsync<V1CustomResourceDefinition>(definition.Metadata.Name!))!.Status?.Conditions?
                .Exists(c => c is { Type: "Established", Status: "True" }) == true);
        (await Client.GetRawAsync("/version"))!["gitVersion"].ShouldNotBeNull();
        (await Client.GetRawAsync("/apis/nowhere.example.org/v1")).ShouldBeNull();
    }

    private V1ConfigMap Map(string value, string? otherName = null) =>
        new() { Metadata = new() { Name = otherName ?? name, Namespace = Namespace, Labels = new() { ["test"] = name } }, Data = new() { ["v"] = value } };

    private static KubernetesPatch Merge(string json) => KubernetesPatch.Merge(JsonNode.Parse(json)!);
}
