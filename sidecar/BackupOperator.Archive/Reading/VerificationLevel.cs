namespace BackupOperator.Archive.Reading;

public enum VerificationLevel
{
    /// <summary>What the store says it has: every pack, its size, and its own checksum where that can be foretold.</summary>
    Upload,

    /// <summary>Every byte is read again, every block decompressed and hashed.</summary>
    ReadBack,
}
