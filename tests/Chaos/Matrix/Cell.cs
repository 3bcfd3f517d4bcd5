namespace BackupOperator.Chaos.Matrix;

/// <summary>One combination: in this phase of this run, this happens to this component.</summary>
internal sealed record Cell(RunOf Run, string Phase, Component Component, FaultKind Kind)
{
    public string Name => $"{Run} {Phase} / {Component} {Kind}";

    /// <summary>Whether the fault is felt by every run in the cluster.</summary>
    public bool IsGlobal => Component is Component.Operator or Component.ApiServer or Component.OperatorAndSidecar;

    /// <summary>Whether the fault leaves a stopped MySQL without those who are to start it: the time until it answers is taken.</summary>
    public bool IsTimed => Promise.Of(this) is not null;
}
