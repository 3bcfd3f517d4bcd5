namespace BackupOperator.Archive.Copying;

/// <summary>A copy that is complete.</summary>
/// <param name="ManifestDigest"><c>sha256:</c> and hex digits.</param>
/// <param name="ObjectsCopied">Objects that were sent now.</param>
/// <param name="ObjectsThere">Objects that were there already.</param>
/// <param name="BytesCopied">Bytes of those that were sent now.</param>
public sealed record CopySummary(string ManifestDigest, long ObjectsCopied, long ObjectsThere, long BytesCopied);
