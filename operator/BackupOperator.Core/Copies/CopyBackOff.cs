namespace BackupOperator.Core.Copies;

/// <summary>How long to wait before copies are tried again: 1 m, 2 m, 4 m … and never more than an hour; it does not end.</summary>
public static class CopyBackOff
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <param name="attempts">How often it was tried, from 1.</param>
    public static TimeSpan After(int attempts)
    {
        var doublings = Math.Clamp(attempts - 1, 0, 16);
        var wait = First * (1 << doublings);
        return wait < Longest ? wait : Longest;
    }
}
