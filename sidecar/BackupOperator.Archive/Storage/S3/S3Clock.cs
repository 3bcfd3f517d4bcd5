namespace BackupOperator.Archive.Storage.S3;

/// <summary>
/// The time as the store has it. Signatures carry it, and stores refuse those that are 15 minutes off; a node whose clock
/// is wrong is no reason for having no backup.
/// </summary>
internal sealed class S3Clock(TimeProvider time)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);
    private long _offset;

    /// <summary>How far the store's clock is ahead of this node's.</summary>
    public TimeSpan Offset => new(Interlocked.Read(ref _offset));

    public DateTimeOffset Now => time.GetUtcNow() + Offset;

    /// <summary>Takes the time from a refusal.</summary>
    /// <returns>Whether that makes a difference that may have been the reason for it.</returns>
    public bool Learn(DateTimeOffset? storeTime)
    {
        if (storeTime is not { } there || (there - Now).Duration() < Tolerance)
        {
            return false;
        }

        Interlocked.Exchange(ref _offset, (there - time.GetUtcNow()).Ticks);
        return true;
    }

    /// <summary>For a person; empty where the clocks agree.</summary>
    public string Describe() => Offset == TimeSpan.Zero
        ? ""
        : $" The clock of this node is {Offset.Duration().TotalMinutes:0} minutes {(Offset > TimeSpan.Zero ? "behind" : "ahead of")} the store's; set it.";
}
