namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>An expression that does not parse, or that has no value.</summary>
public sealed class CelException(string message) : Exception(message);
