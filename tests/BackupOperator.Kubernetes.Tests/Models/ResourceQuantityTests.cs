using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.Tests.Models;

public sealed class ResourceQuantityTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("500m", 1)]
    [InlineData("1500m", 2)]
    [InlineData("-1500m", -1)]
    [InlineData("16Mi", 16 * 1024 * 1024)]
    [InlineData("1.5Gi", 3L << 29)]
    [InlineData("1G", 1_000_000_000)]
    [InlineData("1e3", 1000)]
    [InlineData("12E", 9223372036854775807)]
    [InlineData("1E2", 100)]
    [InlineData("+5", 5)]
    [InlineData(".5k", 500)]
    [InlineData("2u", 1)]
    public void The_value_is_whole_and_rounded_up(string text, long expected) => new ResourceQuantity(text).Value.ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("Mi")]
    [InlineData("1.2.3")]
    [InlineData("1 Gi")]
    [InlineData("1Kib")]
    [InlineData("1K")]
    [InlineData("--1")]
    [InlineData("1e")]
    [InlineData("1e999999999")]
    [InlineData("٣")]
    public void Other_texts_are_refused(string text)
    {
        ResourceQuantity.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => new ResourceQuantity(text)).Message.ShouldContain("500m");
    }

    [Fact]
    public void Amounts_are_compared_and_texts_are_kept()
    {
        new ResourceQuantity("1Gi").ShouldBe(new ResourceQuantity("1024Mi"));
        new ResourceQuantity("1Gi").GetHashCode().ShouldBe(new ResourceQuantity("1024Mi").GetHashCode());
        (new ResourceQuantity("999m") < new ResourceQuantity("1")).ShouldBeTrue();
        new ResourceQuantity("1024Mi").ToString().ShouldBe("1024Mi");
        ResourceQuantity.FromBytes(3L << 30).ToString().ShouldBe("3Gi");
        ResourceQuantity.FromBytes(0).ToString().ShouldBe("0");
        new ResourceQuantity("250m").MilliValue.ShouldBe(250);
    }

    [Fact]
    public void Numbers_of_custom_resources_are_read_too()
    {
        var resources = KubernetesJson.Deserialize<V1ResourceRequirements>("""{"limits":{"cpu":2,"memory":"1Gi","x":0.5}}""")!;

        resources.Limits!["cpu"].Value.ShouldBe(2);
        resources.Limits["x"].MilliValue.ShouldBe(500);
        KubernetesJson.Serialize(resources).ShouldBe("""{"limits":{"cpu":"2","memory":"1Gi","x":"0.5"}}""");
    }
}
