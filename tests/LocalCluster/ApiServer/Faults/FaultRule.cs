using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Faults;

/// <summary>Which requests go wrong, how, and how often.</summary>
public sealed class FaultRule : IDisposable
{
    private readonly Func<RequestInfo, bool> match;
    private readonly Action<FaultRule> remove;
    private readonly int? times;
    private int struck;

    internal FaultRule(Func<RequestInfo, bool> match, Fault fault, int? times, Action<FaultRule> remove) =>
        (this.match, Fault, this.times, this.remove) = (match, fault, times, remove);

    public Fault Fault { get; }

    /// <summary>How many requests it has hit.</summary>
    public int Struck => Volatile.Read(ref struck);

    public void Dispose() => remove(this);

    internal bool Strikes(RequestInfo info)
    {
        if ((times is { } most && struck >= most) || !match(info))
        {
            return false;
        }

        Interlocked.Increment(ref struck);
        return true;
    }
}
