namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>Comparison and arithmetic.</summary>
internal static class CelOperators
{
    public static object? Apply(string sign, object? left, object? right) => sign switch
    {
        "==" => CelEquality.Same(left, right),
        "!=" => !CelEquality.Same(left, right),
        "<" => CelEquality.Compare(left, right) < 0,
        "<=" => CelEquality.Compare(left, right) <= 0,
        ">" => CelEquality.Compare(left, right) > 0,
        ">=" => CelEquality.Compare(left, right) >= 0,
        "in" => In(left, right),
        _ => Compute(sign, left, right),
    };

    private static bool In(object? item, object? range) => range switch
    {
        List<object?> list => list.Exists(candidate => CelEquality.Same(candidate, item)),
        CelMap map => map.TryGet(item, out _),
        _ => throw new CelException("no such overload"),
    };

    private static object Compute(string sign, object? left, object? right)
    {
        try
        {
            return (sign, left, right) switch
            {
                ("+", long a, long b) => checked(a + b),
                ("-", long a, long b) => checked(a - b),
                ("*", long a, long b) => checked(a * b),
                ("/", long a, long b) => b == 0 ? throw new CelException("division by zero") : a / b,
                ("%", long a, long b) => b == 0 ? throw new CelException("modulus by zero") : a % b,
                ("+", double a, double b) => a + b,
                ("-", double a, double b) => a - b,
                ("*", double a, double b) => a * b,
                ("/", double a, double b) => a / b,
                ("+", ulong a, ulong b) => checked(a + b),
                ("-", ulong a, ulong b) => checked(a - b),
                ("*", ulong a, ulong b) => checked(a * b),
                ("+", string a, string b) => a + b,
                ("+", List<object?> a, List<object?> b) => (List<object?>)[.. a, .. b],
                ("+", DateTimeOffset a, TimeSpan b) => a + b,
                ("+", TimeSpan a, DateTimeOffset b) => b + a,
                ("+", TimeSpan a, TimeSpan b) => a + b,
                ("-", DateTimeOffset a, DateTimeOffset b) => a - b,
                ("-", DateTimeOffset a, TimeSpan b) => a - b,
                ("-", TimeSpan a, TimeSpan b) => a - b,
                _ => throw new CelException("no such overload"),
            };
        }
        catch (OverflowException)
        {
            throw new CelException("integer overflow");
        }
    }
}
