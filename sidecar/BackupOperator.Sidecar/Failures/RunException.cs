using BackupOperator.Api.Runs;
using BackupOperator.Core.Runs;

namespace BackupOperator.Sidecar.Failures;

/// <summary>A failure whose cause is known: its message names the resource, the cause and the way out.</summary>
public sealed class RunException(string reason, ExitCode exitCode, string message, bool retryable = false, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>One of <see cref="FailureReason"/>.</summary>
    public string Reason { get; } = reason;

    public ExitCode ExitCode { get; } = exitCode;

    /// <summary>Whether another attempt can succeed without anyone's help.</summary>
    public bool Retryable { get; } = retryable;

    /// <summary>With <see cref="FailureReason.WrongUser"/>: whose the data directory is.</summary>
    public FileOwner? Owner { get; init; }

    /// <summary>With <see cref="FailureReason.ReplicaUnfit"/>: see <see cref="RunFailure.IsSource"/>.</summary>
    public bool IsSource { get; init; }
}
