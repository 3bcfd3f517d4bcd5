namespace BackupOperator.Kubernetes.LeaderElection;

/// <summary>The Lease could not be renewed: another process may lead now. End the process; a Lease is no fence.</summary>
public sealed class LeadershipLostException(string message) : Exception(message);
