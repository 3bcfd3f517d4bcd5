using System.Text.RegularExpressions;

namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>Bounds on a value.</summary>
internal sealed record ValueLimits
{
    public static ValueLimits None { get; } = new();

    public double? Minimum { get; init; }

    public bool ExclusiveMinimum { get; init; }

    public double? Maximum { get; init; }

    public bool ExclusiveMaximum { get; init; }

    public double? MultipleOf { get; init; }

    public long? MinLength { get; init; }

    public long? MaxLength { get; init; }

    public long? MinItems { get; init; }

    public long? MaxItems { get; init; }

    public bool UniqueItems { get; init; }

    public long? MinProperties { get; init; }

    public long? MaxProperties { get; init; }

    public Regex? Pattern { get; init; }
}
