using BackupOperator.Core.Catalogs;

namespace BackupOperator.Api.Entities;

/// <summary>How far an import is.</summary>
public sealed class ScheduleCatalogStatus
{
    [Description("Waiting, Running, Imported or Failed.")]
    public CatalogPhase? Phase { get; set; }

    [Description("What it does or waits for, in one sentence.")]
    public string? Message { get; set; }

    [Description("Backups of the target that were found in the storage and can be restored.")]
    public int? Found { get; set; }

    [Description("Of those, the ones whose resources an import has made.")]
    public int? Imported { get; set; }

    [Description("What could not be imported, and why; the first 20.")]
    public List<CatalogProblemStatus>? Problems { get; set; }

    [Description("How many those are.")]
    public int? ProblemCount { get; set; }

    public DateTimeOffset? StartTime { get; set; }

    public DateTimeOffset? CompletionTime { get; set; }

    [Description("Stands for the target, the storage and the token that it is done for.")]
    public string? For { get; set; }

    [Description("The number of the attempt; what the Job of an earlier one says does not count.")]
    public long? Session { get; set; }

    [Description("The number of the last page that is dealt with; each attempt counts anew.")]
    public int? Page { get; set; }

    [Description("The last folder of that page, in the order of their names.")]
    public string? After { get; set; }

    [Description("Attempts that have failed since the last good one.")]
    public int? Attempts { get; set; }

    [Description("When it is tried again.")]
    public DateTimeOffset? NextAttemptTime { get; set; }

    [Description("The Job that reads the storage, as long as its rights are there.")]
    public string? Job { get; set; }
}

/// <summary>A backup that could not be imported.</summary>
public sealed class CatalogProblemStatus
{
    [Description("Its folder within the storage.")]
    public string? Path { get; set; }

    public string? Message { get; set; }
}
