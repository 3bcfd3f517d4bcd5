namespace BackupOperator.LocalCluster.ApiServer.Authentication;

/// <summary>A token that was given out.</summary>
internal sealed record ServiceAccountToken(string Namespace, string Name, string AccountUid, DateTimeOffset Expires);
