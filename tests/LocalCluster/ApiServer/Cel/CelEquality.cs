namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>Equality and order of values; numbers of all kinds are one line.</summary>
internal static class CelEquality
{
    public static bool Same(object? left, object? right)
    {
        switch (left, right)
        {
            case (null, null):
                return true;
            case (null, _) or (_, null):
                return false;
            case (List<object?> a, List<object?> b):
                return a.Count == b.Count && a.Zip(b).All(pair => Same(pair.First, pair.Second));
            case (CelMap a, CelMap b):
                return a.Count == b.Count && a.Keys.All(key => a.TryGet(key, out var mine) && b.TryGet(key, out var other) && Same(mine, other));
            case (byte[] a, byte[] b):
                return a.AsSpan().SequenceEqual(b);
        }

        return IsNumber(left) && IsNumber(right) ? Compare(left, right) == 0 : left.Equals(right);
    }

    public static int Compare(object? left, object? right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (bool a, bool b) => a.CompareTo(b),
        (DateTimeOffset a, DateTimeOffset b) => a.CompareTo(b),
        (TimeSpan a, TimeSpan b) => a.CompareTo(b),
        (CelQuantity a, CelQuantity b) => a.Value.CompareTo(b.Value),
        (long a, long b) => a.CompareTo(b),
        _ when IsNumber(left) && IsNumber(right) => Convert.ToDouble(left, CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(right, CultureInfo.InvariantCulture)),
        _ => throw new CelException("no such overload"),
    };

    private static bool IsNumber(object? value) => value is long or ulong or double;
}
