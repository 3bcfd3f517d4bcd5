using BackupOperator.Api.Runs;
using BackupOperator.Core.Runs;

namespace BackupOperator.Sidecar.Failures;

/// <summary>How a run or a command ended badly: what is told, and the exit code.</summary>
public sealed record Failure(string Reason, ExitCode ExitCode, string Message, bool Retryable)
{
    /// <summary>Whose the data directory is, where that is the cause.</summary>
    public FileOwner? Owner { get; init; }

    /// <summary>See <see cref="RunFailure.IsSource"/>.</summary>
    public bool IsSource { get; init; }

    public RunFailure ToRunFailure() => new() { Reason = Reason, Message = Message, Retryable = Retryable, Owner = Owner, IsSource = IsSource };
}
