using System.Text.Json;
using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.Tests.Models;

public sealed class SerializationTests
{
    [Fact]
    public void A_lease_has_exactly_six_decimals_and_other_times_none()
    {
        var time = new DateTimeOffset(2026, 5, 1, 14, 0, 0, TimeSpan.FromHours(2));
        var lease = new V1Lease { Metadata = new() { CreationTimestamp = time }, Spec = new() { RenewTime = time } };

        KubernetesJson.Serialize(lease).ShouldBe(
            """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"creationTimestamp":"2026-05-01T12:00:00Z"},"spec":{"renewTime":"2026-05-01T12:00:00.000000Z"}}""");
    }

    [Fact]
    public void What_a_pod_template_has_and_the_model_has_not_is_kept()
    {
        const string json = """
            {"spec":{"containers":[{"name":"db","stdin":true,"ports":[{"containerPort":3306}],"livenessProbe":{"tcpSocket":{"port":"mysql"}}}],
            "volumes":[{"name":"v","csi":{"driver":"d"}}],"hostPID":true,"affinity":{"nodeAffinity":{"x":[1]}}}}
            """;

        var template = KubernetesJson.Deserialize<V1PodTemplateSpec>(json)!;

        template.Spec!.Containers![0].LivenessProbe!.TcpSocket!.Port.ShouldBe("mysql");
        JsonNode.DeepEquals(JsonNode.Parse(json), KubernetesJson.ToNode(template)).ShouldBeTrue();
    }

    [Fact]
    public void Secrets_are_base64_on_the_wire()
    {
        var secret = new V1Secret { Data = new() { ["password"] = "geheim"u8.ToArray() } };

        var json = KubernetesJson.Serialize(secret);

        json.ShouldContain("Z2VoZWlt");
        KubernetesJson.Deserialize<V1Secret>(json)!.Data!["password"].ShouldBe("geheim"u8.ToArray());
    }

    [Fact]
    public void Enums_are_names_and_never_numbers()
    {
        KubernetesJson.Serialize(EntityScope.Cluster).ShouldBe("\"Cluster\"");
        Should.Throw<JsonException>(() => KubernetesJson.Deserialize<EntityScope>("1"));
    }

    [Theory]
    [InlineData("""{"a":["x","1","true","null","- b",": ","it's","a: b","#c","","2026-01-01","0x1f","@at","line\nbreak"," lead","trail "]}""")]
    [InlineData("""{"a":{"b":{},"c":[]},"d":[[1,2],[{"e":null,"f":1.5}]],"g":[{"h":[1],"i":{"j":true}}]}""")]
    [InlineData("""{"rule":"!has(self.x) || self.x == 'y'","*":1,"pattern":"^(\\+|-)?[0-9]+$","äö":"ü"}""")]
    public void Yaml_that_is_written_reads_back_as_the_same(string json)
    {
        var node = JsonNode.Parse(json)!;

        var yaml = YamlWriter.Write(node);

        JsonNode.DeepEquals(YamlReader.Read(yaml).Single(), node).ShouldBeTrue(yaml);
        YamlWriter.Write(YamlReader.Read(yaml).Single()).ShouldBe(yaml);
    }

    [Fact]
    public void Yaml_numbers_are_read_as_kubectl_reads_them()
    {
        var node = YamlReader.Read("{mode: 0440, n: 12, f: 1.5, big: 1e3, version: 1.2.3, quoted: '5', t: 10:30, none: }").Single();

        node.ToJsonString().ShouldBe("""{"mode":288,"n":12,"f":1.5,"big":1000,"version":"1.2.3","quoted":"5","t":"10:30","none":null}""");
    }
}
