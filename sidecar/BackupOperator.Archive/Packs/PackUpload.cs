namespace BackupOperator.Archive.Packs;

/// <summary>A pack on its way into the store.</summary>
internal sealed class PackUpload(int number, string uploadId, int partSize)
{
    private readonly Lock _gate = new();
    private readonly List<SealedPart> _parts = [];
    private readonly List<PackBlock> _blocks = [];

    public int Number => number;

    public string UploadId => uploadId;

    /// <summary>Bytes that blocks were given places in.</summary>
    public long Size { get; private set; }

    public int BlockCount => _blocks.Count;

    /// <summary>The parts that are being sent or were.</summary>
    public List<Task<Storage.StoredPart>> Transfers { get; } = [];

    public PackBlock Place(string file, int index, Blocks.BlockDigest digest, uint checksum, int length)
    {
        lock (_gate)
        {
            var block = new PackBlock(file, index, (uint)Size, length, checksum, digest);
            _blocks.Add(block);
            Size += length;
            return block;
        }
    }

    public void Seal(SealedPart part)
    {
        lock (_gate)
        {
            _parts.Add(part);
        }
    }

    public void Arrived(int number, string etag)
    {
        lock (_gate)
        {
            var at = _parts.FindIndex(part => part.Number == number);
            _parts[at] = _parts[at] with { ETag = etag };
        }
    }

    public OpenPack Describe()
    {
        lock (_gate)
        {
            return new OpenPack(number, uploadId, partSize, [.. _parts.OrderBy(part => part.Number)], BlockTable.Group(_blocks));
        }
    }

    public FinishedPack Finish(string? tag)
    {
        lock (_gate)
        {
            return new FinishedPack(number, Size, partSize, PackDigest.Of(_parts.OrderBy(part => part.Number).Select(part => part.Sha256)), tag);
        }
    }
}
