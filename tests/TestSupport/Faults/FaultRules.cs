namespace BackupOperator.TestSupport.Faults;

/// <summary>Rules for a <see cref="FaultProxy"/>: which request meets which fault.</summary>
public static class FaultRules
{
    /// <summary>The first so many requests that the condition holds for.</summary>
    public static Func<ProxiedRequest, Fault?> First(int count, Func<ProxiedRequest, bool> condition, Fault fault)
    {
        var left = count;
        return request => condition(request) && Interlocked.Decrement(ref left) >= 0 ? fault : null;
    }

    /// <summary>Every request that the condition holds for.</summary>
    public static Func<ProxiedRequest, Fault?> Always(Func<ProxiedRequest, bool> condition, Fault fault) => request => condition(request) ? fault : null;

    /// <summary>The first rule that has a fault for the request.</summary>
    public static Func<ProxiedRequest, Fault?> Any(params Func<ProxiedRequest, Fault?>[] rules) =>
        request => rules.Select(rule => rule(request)).FirstOrDefault(fault => fault is not null);

    /// <summary>A share of all requests, each with one of the faults.</summary>
    public static Func<ProxiedRequest, Fault?> Share(double share, Random random, params IReadOnlyList<Fault> faults) => _ =>
    {
        lock (random)
        {
            return random.NextDouble() < share ? faults[random.Next(faults.Count)] : null;
        }
    };
}
