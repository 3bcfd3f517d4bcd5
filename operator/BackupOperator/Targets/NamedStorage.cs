namespace BackupOperator.Targets;

/// <summary>A storage, and the field that names it.</summary>
/// <param name="Field">Such as <c>storage</c> or <c>copies[1]</c>.</param>
internal sealed record NamedStorage(string Field, StorageSpec Storage)
{
    /// <summary>All storages of a backup, the first one first.</summary>
    public static IReadOnlyList<NamedStorage> Of(MySqlBackupSpec spec) =>
        [new("storage", spec.Storage), .. (spec.Copies ?? []).Select((copy, index) => new NamedStorage($"copies[{index}]", copy))];
}
