namespace BackupOperator.Archive.Packs;

/// <summary>
/// What an unfinished backup has in the store (<c>run.json.zst</c>). It is saved before a part is sent, so whatever part
/// the store has, the token knows.
/// </summary>
internal sealed record ResumeToken
{
    public int Version { get; init; } = ArchiveFormat.Version;

    public required string BackupId { get; init; }

    /// <summary>Ids of the attempts, in their order: the last one owns what lies there. Null where no one has claimed it.</summary>
    public IReadOnlyList<string>? Attempts { get; init; }

    /// <summary>When the first attempt began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Bytes of parts that were sent, by all attempts together.</summary>
    public long BytesSent { get; init; }

    public IReadOnlyList<FinishedPack> Finished { get; init; } = [];

    public IReadOnlyList<OpenPack> Open { get; init; } = [];
}

/// <summary>A pack that is an object; its block table lies beside it.</summary>
internal sealed record FinishedPack(int Number, long Size, int Chunk, string Digest, string? Tag);

/// <summary>A pack that is still an upload.</summary>
/// <param name="Joining">Numbers of the parts that a later attempt was about to make an object of; null before.</param>
internal sealed record OpenPack(int Number, string UploadId, int PartSize, IReadOnlyList<SealedPart> Parts, IEnumerable<TableFile> Blocks, IReadOnlyList<int>? Joining = null);

/// <summary>The blocks of one file in a block table, each list in the same order.</summary>
/// <param name="Blocks">[index, offset, length, checksum], and with it the pieces where it is not the whole block.</param>
/// <param name="Sums">Of the pieces that are stored, in hex digits.</param>
/// <param name="From">Of a patch, the digest of what it goes over; null where all blocks are whole.</param>
internal sealed record TableFile(
    string File, IReadOnlyList<long[]> Blocks, IReadOnlyList<string> Digests, IReadOnlyList<string> Sums, IReadOnlyList<string?>? From = null);
