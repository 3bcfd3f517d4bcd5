namespace BackupOperator.Core.Scheduling;

/// <summary>Why a tick that is due cannot start.</summary>
public static class WaitReason
{
    /// <summary>An earlier backup of the schedule has not ended.</summary>
    public const string RunActive = nameof(RunActive);

    public const string OutsideWindow = nameof(OutsideWindow);

    public const string TargetNotHealthy = nameof(TargetNotHealthy);

    /// <summary>The API server has refused the backup.</summary>
    public const string Refused = nameof(Refused);
}
