namespace BackupOperator.Archive.Manifests;

/// <summary>A pack that blocks lie in.</summary>
/// <param name="Path">The folder of the backup that the pack belongs to, within the same storage; not told of a backup's own, so that it can be moved.</param>
/// <param name="Number">Its number there.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Chunk">Bytes of the chunks that were hashed; the last one may be shorter.</param>
/// <param name="Digest">SHA-256, in hex digits, over the SHA-256s of the chunks, one after the other.</param>
/// <param name="Tag">The store's own checksum of the pack (an S3 ETag) when it was written; null where it told none. A copy may have another.</param>
public sealed record ManifestPack(string Path, int Number, long Size, int Chunk, string Digest, string? Tag = null)
{
    public string Key => ArchiveFormat.PackKey(Path, Number);
}
