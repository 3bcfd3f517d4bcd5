namespace BackupOperator.Chaos.Harness;

/// <summary>The backups that all lanes of a world restore from.</summary>
/// <param name="Path">A backup that is whole.</param>
/// <param name="Sum">What a database restored from it holds.</param>
/// <param name="BrokenPath">A backup on which no server of a lane starts.</param>
internal sealed record Base(string Bucket, string Path, string Sum, string BrokenPath);
