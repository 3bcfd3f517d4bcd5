namespace BackupOperator.Core.Runs;

/// <summary>
/// The recorded decision to replace a Job by one with other settings: its sidecar has found out, before it touched
/// anything, what could not be known from outside.
/// </summary>
/// <param name="JobUid">The Job that is replaced.</param>
/// <param name="KeepsClaim">The pod whose data is archived stays the same, although others are stopped.</param>
/// <param name="Owner">Under whom the next one is to run; null to leave that.</param>
public sealed record Revision(string Reason, string Message, string JobUid, FileOwner? Owner = null, bool KeepsClaim = false);
