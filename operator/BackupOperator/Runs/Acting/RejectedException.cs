namespace BackupOperator.Runs;

/// <summary>What a run needs to create cannot be created, however often it is tried.</summary>
/// <param name="reason">One of <see cref="FailureReason"/>.</param>
internal sealed class RejectedException(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;
}
