namespace BackupOperator.Api.Runs;

/// <summary>
/// What a run of kind <see cref="RunKind.Catalog"/> looks for in <see cref="RunSpec.Storage"/>: the backups of
/// <see cref="RunTarget.StatefulSet"/> in <see cref="RunSpec.Namespace"/>. It tells them page by page to the status of a
/// MySqlBackupSchedule, each page when the operator has dealt with the one before.
/// </summary>
/// <param name="Session">What is told to another session does not count.</param>
/// <param name="Prefix">Where backups of the target lie, with a slash at its end; null where that is not known. Unreadable ones elsewhere are somebody else's.</param>
public sealed record RunCatalog(long Session, string? Prefix);

/// <summary>Some backups of a storage, in the order of their folders.</summary>
public sealed record CatalogPage
{
    public const int MostBackups = 50;

    /// <summary>Bytes of JSON, as far as they are in our hands: an object of the API must not be larger than 1.5 MiB.</summary>
    public const int Longest = 256 << 10;

    public required long Session { get; init; }

    /// <summary>From 1; the operator writes the number of the last one that it has dealt with to <c>status.catalog.page</c>.</summary>
    public required int Number { get; init; }

    /// <summary>The next page begins behind this folder.</summary>
    public required string After { get; init; }

    /// <summary>Nothing comes after it.</summary>
    public required bool Last { get; init; }

    public IReadOnlyList<CatalogBackup> Backups { get; init; } = [];

    public IReadOnlyList<CatalogProblem> Problems { get; init; } = [];
}

/// <summary>A backup as its manifest tells of it. The manifest is whole, and the packs that it names are there.</summary>
public sealed record CatalogBackup
{
    /// <summary>Its folder within the storage.</summary>
    public required string Path { get; init; }

    /// <summary>The MySqlBackup that it was taken for; null where nobody wrote that down.</summary>
    public string? Name { get; init; }

    /// <summary>The schedule of that MySqlBackup; null where there was none.</summary>
    public string? Schedule { get; init; }

    public string? Pod { get; init; }

    public string? Claim { get; init; }

    public bool Encrypted { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    public required BackupResult Result { get; init; }
}

/// <summary>A backup that cannot be restored, or not be understood.</summary>
public sealed record CatalogProblem(string Path, string Problem);
