namespace BackupOperator.LocalCluster.ApiServer.Watching;

/// <summary>Where a page of a list ended: the snapshot's revision and the last key of the page.</summary>
/// <param name="Revision">0 for the newest state (the token of an expired list).</param>
internal sealed record ContinueToken(long Revision, string LastKey)
{
    public string Encode() => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(this));

    public static ContinueToken Decode(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<ContinueToken>(Convert.FromBase64String(text)) ?? throw new FormatException();
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            throw ApiErrors.BadRequest("continue key is not valid");
        }
    }
}
