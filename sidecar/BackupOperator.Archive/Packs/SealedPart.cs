namespace BackupOperator.Archive.Packs;

/// <summary>A part as it was about to be sent: what the store must have under this number.</summary>
/// <param name="Checksum">The store's own checksum of such a part.</param>
/// <param name="Sha256">In hex digits.</param>
internal sealed record SealedPart(int Number, int Size, string Checksum, string Sha256);
