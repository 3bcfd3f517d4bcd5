namespace BackupOperator.Runs;

/// <summary>The storages that a Job of a run needs, and the keys for what is in them.</summary>
internal sealed record RunStores
{
    public static RunStores None { get; } = new();

    /// <summary>The storage of the backup; null where the run needs none.</summary>
    public StorageSpec? First { get; init; }

    public IReadOnlyList<CopyStore> Copies { get; init; } = [];

    public EncryptionSpec? Encryption { get; init; }

    public bool AnyVolume => First?.Volume is not null || Copies.Any(c => c.Storage.Volume is not null);
}

/// <summary>A further storage of a backup.</summary>
/// <param name="Index">Its place in <c>spec.copies</c>, from 0.</param>
internal sealed record CopyStore(int Index, StorageSpec Storage)
{
    public static IReadOnlyList<CopyStore> Of(MySqlBackupSpec spec) => [.. (spec.Copies ?? []).Select((storage, index) => new CopyStore(index, storage))];
}
