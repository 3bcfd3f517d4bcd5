using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Pruning;

/// <summary>What lies in a storage and is of no use.</summary>
/// <param name="Folders">Those without a manifest.</param>
/// <param name="Uploads">Unfinished ones in other folders.</param>
public sealed record StoredLeftovers(IReadOnlyList<string> Folders, IReadOnlyList<UnfinishedUpload> Uploads);
