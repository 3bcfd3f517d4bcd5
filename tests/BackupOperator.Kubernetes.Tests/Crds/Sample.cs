using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BackupOperator.Kubernetes.Crds.Attributes;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Tests.Crds;

/// <summary>A resource with everything that the generator knows.</summary>
[KubernetesEntity(Group = "test.mysqlbackup.io", ApiVersion = "v1beta1", Kind = "Sample", PluralName = "samples")]
[ShortNames("smp", "sample1")]
[Category("all", "mysqlbackup")]
[GenericAdditionalPrinterColumn(".spec.size", "Size", "string")]
[GenericAdditionalPrinterColumn(".status.count", "Count", "integer", Format = "int32", Description = "How many", Priority = 1)]
[GenericAdditionalPrinterColumn(".metadata.creationTimestamp", "Age", "date")]
[ValidationRule("self.metadata.name.size() <= 40", "the name must have at most 40 characters")]
[Description("A sample of everything.")]
public sealed class Sample : CustomKubernetesEntity<SampleSpec, SampleStatus>;

[ValidationRule("has(self.one) != has(self.other)", "exactly one of one and other must be set")]
public sealed class SampleSpec
{
    [Required]
    [Pattern("^[a-z]+$")]
    [Length(1, 20)]
    [Description("A name of small letters.")]
    public string Name { get; set; } = "";

    [Default(SampleMode.Fast)]
    [ValidationRule("self == oldSelf", "the mode cannot be changed", reason: "FieldValueInvalid")]
    public SampleMode? Mode { get; set; }

    [RangeMinimum(0)]
    [RangeMaximum(100, exclusive: true)]
    [Default(10)]
    public int? Percent { get; set; }

    [RangeMinimum(0.5)]
    public double? Factor { get; set; }

    [Default("30m")]
    public KubernetesDuration? Timeout { get; set; }

    public ResourceQuantity? Size { get; set; }

    public IntOrString? Port { get; set; }

    public string? One { get; set; }

    public string? Other { get; set; }

    [Default("""{"low":1,"high":2}""", Json = true)]
    public SampleChild? Child { get; set; }

    [Items(1, 3)]
    [Length(maxLength: 10)]
    [ListType("set")]
    public IReadOnlyList<string>? Tags { get; set; }

    [ListType("map", "key")]
    public List<SampleItem>? Items { get; set; }

    [Items(maxItems: 5)]
    [Pattern("^v")]
    public Dictionary<string, string>? Labels { get; set; }

    public V1ResourceRequirements? Resources { get; set; }

    public JsonObject? Affinity { get; set; }

    [EmbeddedResource]
    public JsonObject? Template { get; set; }

    [Nullable]
    public string? Note { get; set; }

    [JsonPropertyName("kmsKeyID")]
    [Format("uri")]
    public string? Key { get; set; }

    [Ignore]
    public string? Hidden { get; set; }

    public string Computed => Name;
}

public enum SampleMode
{
    Fast,

    [JsonStringEnumMemberName("very-slow")]
    Slow,
}

[Description("Something within.")]
[ValidationRule("self.low <= self.high", "low must not be greater than high", fieldPath: ".low")]
public sealed record SampleChild
{
    [Default(1)]
    public required long Low { get; init; }

    [Default(2)]
    public long? High { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Rest { get; set; }
}

public sealed record SampleItem
{
    [Required]
    public string Key { get; init; } = "";

    public DateTimeOffset? Since { get; init; }

    public byte[]? Data { get; init; }
}

public sealed class SampleStatus
{
    public int? Count { get; set; }

    [ListType("map", "type")]
    public List<V1Condition>? Conditions { get; set; }
}
