using BackupOperator.Core.Queueing;
using BackupOperator.Core.Runs;

namespace BackupOperator.Core.Copies;

/// <summary>What the sidecar has said of one copy.</summary>
/// <param name="Problem">Null where the copy is complete.</param>
public sealed record ReportedCopy(int Index, string? Problem);

/// <summary>The copies of a backup as they were observed.</summary>
public sealed record CopiesObservation
{
    public static CopiesObservation None { get; } = new();

    /// <summary>Of the backup; empty for pauses that are not spread.</summary>
    public string Uid { get; init; } = "";

    /// <summary>Whether an attempt that is due may begin.</summary>
    public Admission Turn { get; init; } = Admission.Free;

    /// <summary>The locations of <c>spec.copies</c>, in their order.</summary>
    public IReadOnlyList<string> Wanted { get; init; } = [];

    public IReadOnlyList<ReportedCopy> Reported { get; init; } = [];

    /// <summary>What the status has; empty until the backup is Completed.</summary>
    public IReadOnlyList<CopyState> Recorded { get; init; } = [];

    /// <summary>It is recorded that nothing is tried any more.</summary>
    public bool GivenUp { get; init; }

    /// <summary>The Job of the attempt that comes next or is under way.</summary>
    public JobObservation? Job { get; init; }

    /// <summary>The number of the attempt whose Job was looked for: the status may have moved on since.</summary>
    public int JobAttempt { get; init; }

    /// <summary>What the API server said when it did not take that Job.</summary>
    public string? Refusal { get; init; }

    /// <summary>The last pod of <see cref="Job"/>.</summary>
    public PodObservation? LastPod { get; init; }

    /// <summary>A pod of the run is alive, of whichever Job.</summary>
    public bool PodAlive { get; init; }

    /// <summary>Nothing more is to be tried.</summary>
    public bool CancelRequested { get; init; }
}
