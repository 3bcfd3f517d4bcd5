namespace BackupOperator.Archive.Packs;

/// <summary>A part as it was about to be sent: what the store must have under this number.</summary>
/// <param name="Sha256">In hex digits.</param>
/// <param name="ETag">What the store said when it had the part; null while it is on its way.</param>
internal sealed record SealedPart(int Number, int Size, string Sha256, string? ETag = null)
{
    /// <summary>Whether what the store has under this number can be this part.</summary>
    public bool MayBe(Storage.StoredPart stored) => stored.Size == Size && (ETag is null || stored.ETag == ETag);
}
