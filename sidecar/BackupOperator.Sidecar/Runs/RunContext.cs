using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Targets;

namespace BackupOperator.Sidecar.Runs;

/// <summary>What the steps of one run share.</summary>
public sealed class RunContext
{
    public required RunSpec Run { get; init; }

    public required RunSettings Settings { get; init; }

    public required Quiescer Quiescer { get; init; }

    public required Resumer Resumer { get; init; }

    public required AliveProbe Probe { get; init; }

    /// <summary>Null where nobody has to be asked before the stop, or nobody can be.</summary>
    public ReplicaCheck? Replica { get; init; }

    public required OutsideData Outside { get; init; }

    public required AnswerWait Answer { get; init; }

    public required Reporter Reporter { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Whether MySQL has to answer after this run: see <see cref="RunReport.AnsweredBefore"/>.</summary>
    public bool MustAnswer => Reporter.Report.AnsweredBefore ?? true;

    /// <summary>The data directory, as this process sees it.</summary>
    public string DataDirectory => Path.Combine(Settings.Volume, Run.Target.DataSubdirectory);
}
