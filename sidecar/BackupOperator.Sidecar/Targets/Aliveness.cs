namespace BackupOperator.Sidecar.Targets;

/// <summary>What one look at MySQL has shown.</summary>
/// <param name="Answers">MySQL is up.</param>
/// <param name="Detail">What was seen, for a person.</param>
/// <param name="Hopeless">The pod fails again and again: waiting longer will not help.</param>
/// <param name="Ready">Kubernetes takes the pod for ready.</param>
/// <param name="Elsewhere">The pod cannot start before this one has ended, and with it let go of the claim.</param>
public sealed record Aliveness(bool Answers, string Detail, bool Hopeless = false, bool Ready = false, bool Elsewhere = false);
