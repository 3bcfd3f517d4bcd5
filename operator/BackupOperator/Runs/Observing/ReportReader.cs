namespace BackupOperator.Runs;

/// <summary>Reads the sidecar's report as the planner sees it. Pure.</summary>
internal static class ReportReader
{
    public static SidecarReport? Read(RunReport? report) => report is null
        ? null
        : new SidecarReport
        {
            Pod = report.Pod,
            Step = StepOf(report),
            AnsweredBefore = report.AnsweredBefore,
            StoppedAt = report.StoppedAt,
            LockedAt = report.LockedAt,
            LockUnavailable = report.LockUnavailable,
            ResumedAt = report.ResumedAt,
            AnsweredAt = report.AnsweredAt,
            UploadedAt = report.UploadedAt,
            VerifiedAt = report.VerifiedAt,
            Verification = report.Verification,
            Thaw = report.Thaw is { } thaw ? (thaw.Packs, thaw.Readable) : null,
            HasTiers = report.Backup?.Tiers is { } tiers ? tiers.Problem is null : null,
            TiersProblem = report.Backup?.Tiers?.Problem,
            HasResult = report.Backup is not null || report.Restore is not null,
            PreviousData = report.Restore?.PreviousData,
            SwapOpen = report.SwapOpen,
            Failure = report.Failure is { } failure ? new RunFailureInfo(failure.Reason, failure.Message, failure.Retryable) : null,
        };

    // A sidecar that gives its name has told a step with it.
    private static SidecarStep? StepOf(RunReport report) =>
        report.Step is { } step ? Enum.Parse<SidecarStep>(step.ToString()) : report.Pod is null ? null : SidecarStep.Unknown;
}
