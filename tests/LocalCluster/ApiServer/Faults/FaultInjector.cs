using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Faults;

/// <summary>Makes chosen requests go wrong. Thread-safe; the first rule that matches counts.</summary>
public sealed class FaultInjector
{
    private readonly Lock gate = new();
    private readonly List<FaultRule> rules = [];
    private readonly OpenWatches watches;

    internal FaultInjector(OpenWatches watches) => this.watches = watches;

    /// <summary>How many watches are running.</summary>
    public int RunningWatches => watches.Count;

    /// <summary>Adds a rule.</summary>
    /// <param name="times">How often it strikes; null for always.</param>
    /// <returns>The rule: it counts its strikes, and disposing it removes it.</returns>
    public FaultRule Add(Func<RequestInfo, bool> match, Fault fault, int? times = null)
    {
        var rule = new FaultRule(match, fault, times, Remove);
        lock (gate)
        {
            rules.Add(rule);
        }

        return rule;
    }

    public void Clear()
    {
        lock (gate)
        {
            rules.Clear();
        }
    }

    /// <summary>Ends running watches as the server does at their timeout, or breaks their connections.</summary>
    /// <returns>How many there were.</returns>
    public int EndWatches(Func<RequestInfo, bool>? match = null, bool abort = true) => watches.End(match ?? (_ => true), abort);

    internal Fault? Next(RequestInfo info)
    {
        lock (gate)
        {
            return rules.Find(rule => rule.Strikes(info))?.Fault;
        }
    }

    private void Remove(FaultRule rule)
    {
        lock (gate)
        {
            rules.Remove(rule);
        }
    }
}
