using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Crds;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.Tests.Crds;

public sealed class CrdGeneratorTests
{
    [Fact]
    public void The_definition_of_a_sample_of_everything_is_as_reviewed() =>
        Golden.ShouldBeAsReviewed("crds/sample.yaml", YamlWriter.Write(CrdGenerator.Generate<Sample>()));

    [Fact]
    public void A_type_that_contains_itself_is_refused() =>
        Should.Throw<CrdGenerationException>(() => CrdGenerator.Generate<Tree>()).Message.ShouldContain("TreeNode contains itself (Tree > TreeSpec > TreeNode)");

    [Fact]
    public void A_key_of_a_list_map_must_be_required() =>
        Should.Throw<CrdGenerationException>(() => CrdGenerator.Generate<Keyless>()).Message.ShouldContain("key 'name'");

    [Fact]
    public void A_type_without_a_schema_is_refused() =>
        Should.Throw<CrdGenerationException>(() => CrdGenerator.Generate<Odd>()).Message.ShouldContain("TimeSpan");

    [Theory]
    [InlineData("""{"name":"UPPER","one":"x"}""", "spec.name")]
    [InlineData("""{"name":"","one":"x"}""", "spec.name")]
    [InlineData("""{"one":"x"}""", "spec.name")]
    [InlineData("""{"name":"a"}""", "exactly one of one and other")]
    [InlineData("""{"name":"a","one":"x","other":"y"}""", "exactly one of one and other")]
    [InlineData("""{"name":"a","one":"x","mode":"Slow"}""", "spec.mode")]
    [InlineData("""{"name":"a","one":"x","percent":100}""", "spec.percent")]
    [InlineData("""{"name":"a","one":"x","percent":-1}""", "spec.percent")]
    [InlineData("""{"name":"a","one":"x","timeout":"30"}""", "spec.timeout")]
    [InlineData("""{"name":"a","one":"x","size":"big"}""", "spec.size")]
    [InlineData("""{"name":"a","one":"x","tags":[]}""", "spec.tags")]
    [InlineData("""{"name":"a","one":"x","tags":["t","t"]}""", "spec.tags")]
    [InlineData("""{"name":"a","one":"x","labels":{"a":"w"}}""", "spec.labels")]
    [InlineData("""{"name":"a","one":"x","child":{"low":5}}""", "low must not be greater")]
    [InlineData("""{"name":"a","one":"x","items":[{"key":"k"},{"key":"k"}]}""", "spec.items")]
    public async Task What_the_attributes_forbid_the_server_refuses(string spec, string expected)
    {
        await using var cluster = await TestCluster.StartAsync();
        await InstallAsync(cluster);

        var error = await Should.ThrowAsync<KubernetesApiException>(() => CreateAsync(cluster, spec));

        error.Reason.ShouldBe("Invalid");
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task What_is_absent_the_server_fills_with_the_defaults_and_what_is_unknown_it_drops()
    {
        await using var cluster = await TestCluster.StartAsync();
        await InstallAsync(cluster);

        await CreateAsync(cluster, """{"name":"a","one":"x","unknown":1,"size":2,"affinity":{"any":{"thing":1}}}""");
        var sample = (await cluster.Client.GetAsync<Sample>("s", "shop"))!;

        (sample.Spec.Mode, sample.Spec.Percent).ShouldBe((SampleMode.Fast, 10));
        sample.Spec.Timeout!.Value.Value.ShouldBe(TimeSpan.FromMinutes(30));
        (sample.Spec.Child!.Low, sample.Spec.Child.High).ShouldBe((1, 2));
        sample.Spec.Size!.Value.ShouldBe(2);
        var stored = await cluster.Client.GetRawAsync("/apis/test.mysqlbackup.io/v1beta1/namespaces/shop/samples/s");
        stored!["spec"]!["unknown"].ShouldBeNull();
        stored["spec"]!["affinity"]!["any"]!["thing"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task A_field_that_must_not_change_does_not()
    {
        await using var cluster = await TestCluster.StartAsync();
        await InstallAsync(cluster);
        await CreateAsync(cluster, """{"name":"a","one":"x"}""");

        var error = await Should.ThrowAsync<KubernetesApiException>(() => cluster.Client.PatchAsync<RawSample>(
            "s", "shop", KubernetesPatch.Merge(JsonNode.Parse("""{"spec":{"mode":"very-slow"}}""")!)));

        error.Message.ShouldContain("the mode cannot be changed");
    }

    [KubernetesEntity(Group = "x", Kind = "Tree", PluralName = "trees")]
    private sealed class Tree : CustomKubernetesEntity<TreeSpec, SampleStatus>;

    private sealed class TreeSpec
    {
        public TreeNode? Root { get; set; }
    }

    private sealed class TreeNode
    {
        public List<TreeNode>? Children { get; set; }
    }

    [KubernetesEntity(Group = "x", Kind = "Keyless", PluralName = "keyless")]
    private sealed class Keyless : CustomKubernetesEntity<KeylessSpec, SampleStatus>;

    private sealed class KeylessSpec
    {
        [Kubernetes.Crds.Attributes.ListType("map", "name")]
        public List<V1EnvVar>? Variables { get; set; }
    }

    [KubernetesEntity(Group = "x", Kind = "Odd", PluralName = "odds")]
    private sealed class Odd : CustomKubernetesEntity<OddSpec, SampleStatus>;

    private sealed class OddSpec
    {
        public TimeSpan Wait { get; set; }
    }

    private static async Task InstallAsync(TestCluster cluster)
    {
        await cluster.Client.CreateAsync(KubernetesJson.FromNode<V1CustomResourceDefinition>(CrdGenerator.Generate<Sample>())!);
        await TestCluster.EventuallyAsync(async () =>
            (await cluster.Client.GetAsync<V1CustomResourceDefinition>("samples.test.mysqlbackup.io"))!.Status?.Conditions?
                .Exists(c => c is { Type: "Established", Status: "True" }) == true);
    }

    private static Task<RawSample> CreateAsync(TestCluster cluster, string spec) =>
        cluster.Client.CreateAsync(new RawSample { Metadata = new() { Name = "s", Namespace = "shop" }, Spec = JsonNode.Parse(spec)!.AsObject() });

    /// <summary>The sample as somebody writes it who does not know the type.</summary>
    [KubernetesEntity(Group = "test.mysqlbackup.io", ApiVersion = "v1beta1", Kind = "Sample", PluralName = "samples")]
    private sealed class RawSample : KubernetesObject
    {
        public JsonObject? Spec { get; set; }
    }
}
