namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>A Kubernetes quantity, such as <c>10Gi</c> or <c>250m</c>.</summary>
internal sealed record CelQuantity(decimal Value)
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1024m), ("Mi", 1048576m), ("Gi", 1073741824m), ("Ti", 1099511627776m), ("Pi", 1125899906842624m), ("Ei", 1152921504606846976m),
        ("n", 1e-9m), ("u", 1e-6m), ("m", 1e-3m), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("E", 1e18m), ("", 1m),
    ];

    public static bool TryParse(string text, out CelQuantity quantity)
    {
        foreach (var (suffix, factor) in Suffixes)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal) && decimal.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                quantity = new CelQuantity(number * factor);
                return true;
            }
        }

        quantity = new CelQuantity(0);
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exponent) && (quantity = new CelQuantity(exponent)) is not null;
    }
}
