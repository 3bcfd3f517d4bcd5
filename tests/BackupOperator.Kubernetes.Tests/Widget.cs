using BackupOperator.Kubernetes.Crds.Attributes;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Kubernetes.Tests;

/// <summary>A small custom resource.</summary>
[KubernetesEntity(Group = "test.mysqlbackup.io", ApiVersion = "v1", Kind = "Widget", PluralName = "widgets")]
[ShortNames("wd")]
[Category("all")]
[GenericAdditionalPrinterColumn(".spec.colour", "Colour", "string")]
public sealed class Widget : CustomKubernetesEntity<WidgetSpec, WidgetStatus>;

public sealed class WidgetSpec
{
    [Required]
    public WidgetColour Colour { get; set; }

    [RangeMinimum(1)]
    [Default(1)]
    public int? Count { get; set; }
}

public enum WidgetColour
{
    Red,
    Green,
    Blue,
}

public sealed class WidgetStatus
{
    public string? Painted { get; set; }
}
