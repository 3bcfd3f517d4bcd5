using BackupOperator.Api.Runs;

namespace BackupOperator.Sidecar.Failures;

/// <summary>How a run or a command ended badly: what is told, and the exit code.</summary>
public sealed record Failure(string Reason, ExitCode ExitCode, string Message, bool Retryable)
{
    public RunFailure ToRunFailure() => new() { Reason = Reason, Message = Message, Retryable = Retryable };
}
