using System.Text.Json.Serialization;

namespace BackupOperator.Api.Runs;

/// <summary>What a run of kind <see cref="RunKind.Prune"/> deletes, from <see cref="RunSpec.Storage"/> and all <see cref="RunSpec.Copies"/>.</summary>
public sealed record RunPrune
{
    public required IReadOnlyList<RunPruned> Backups { get; init; }

    /// <summary>Null: leftovers are not looked for.</summary>
    public RunSweep? Sweep { get; init; }
}

/// <summary>A backup that is to go.</summary>
/// <param name="Name">Of its resource.</param>
/// <param name="Uid">Of its resource.</param>
/// <param name="BackupId">What its manifest must say.</param>
/// <param name="Path">Its folder within the storage.</param>
/// <param name="ManifestDigest">What its manifest must be; null where nobody knows.</param>
/// <param name="Unfinished">Only what a run has left that never wrote a manifest: a whole backup stays.</param>
public sealed record RunPruned(
    string Name, string Uid, string BackupId, string Path, string? ManifestDigest,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Unfinished = false);

/// <summary>Folders without a manifest and unfinished uploads that nobody has written to for a while.</summary>
/// <param name="Prefix">Only below it; ends with a slash.</param>
/// <param name="InUse">Folders that are left alone, however old they are.</param>
public sealed record RunSweep(string Prefix, IReadOnlyList<string> InUse)
{
    public static readonly TimeSpan Age = TimeSpan.FromDays(7);
}

/// <summary>
/// What became of a prune, as its pod's termination message. A Job that has succeeded needs none: everything is gone.
/// </summary>
public sealed record PruneReport
{
    /// <summary>What the kubelet keeps of a termination message, in bytes.</summary>
    public const int Longest = 4096;

    /// <summary>One for each backup that is not gone.</summary>
    public required IReadOnlyList<PruneProblem> Left { get; init; }

    /// <summary>Folders without a manifest that were removed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Swept { get; init; }
}

/// <param name="Index">Its place in <see cref="RunPrune.Backups"/>, from 0.</param>
/// <param name="Untouched">It was refused before anything was deleted.</param>
public sealed record PruneProblem(int Index, string Problem, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Untouched = false);
