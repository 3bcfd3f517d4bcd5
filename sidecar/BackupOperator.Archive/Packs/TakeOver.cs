using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Packs;

/// <summary>How an attempt makes a path its own, and finds what those before it have stored there.</summary>
internal static class TakeOver
{
    /// <param name="token">What the attempt before this one has left; null where there is none.</param>
    /// <returns>The keeper of the path's token, which is not saved yet, and the packs that are there.</returns>
    public static async Task<(TokenKeeper Keeper, PackRecovery Recovery)> RunAsync(
        IObjectStore store, string path, string backupId, DataKey? key, ResumeToken? token, Random random, DateTimeOffset now, CancellationToken lifetime)
    {
        var attempt = Attempt.After(token, random);
        if (token is not null)
        {
            // Before anything is touched: whoever is thought dead and is not stops when he sees it.
            token = token with { Attempts = attempt.Ids };
            await store.PutAsync(ArchiveFormat.TokenKey(path), CompressedJson.Write(token, key), PutMode.Replace, lifetime);
        }

        var recovery = new PackRecovery(store, path, key, lifetime);
        await recovery.RunAsync(token);
        var keeper = new TokenKeeper(store, path, backupId, token?.StartedAt ?? now, key, lifetime)
        {
            BytesSent = recovery.BytesSent,
            Owner = new TokenOwner(store, path, key, attempt),
            IsClaimed = token is not null,
        };
        return (keeper, recovery);
    }
}
