using BackupOperator.Core.Catalogs;
using BackupOperator.Core.Conditions;

namespace BackupOperator.Catalogs;

/// <summary>What the conditions of a schedule say of its import. Pure.</summary>
internal static class CatalogConditions
{
    /// <summary>Every backup of the target in the storage has a resource.</summary>
    public const string CatalogImported = nameof(CatalogImported);

    public static IReadOnlyList<Condition> Of(ScheduleCatalogStatus? status) => status switch
    {
        null => [],
        { Phase: CatalogPhase.Imported, ProblemCount: > 0 } => [new(CatalogImported, ConditionStatus.False, "Incomplete", Summary(status))],
        { Phase: CatalogPhase.Imported } => [new(CatalogImported, ConditionStatus.True, "Imported", Summary(status))],
        { Phase: CatalogPhase.Failed } => [new(CatalogImported, ConditionStatus.False, "Failed", status.Message ?? "")],
        _ => [new(CatalogImported, ConditionStatus.False, status.Phase.ToString() ?? "Waiting", status.Message ?? "The storage is being read")],
    };

    public static string Summary(ScheduleCatalogStatus status)
    {
        var problems = status.ProblemCount is > 0 and var count
            ? $"; not imported: {count}, {string.Join(", ", (status.Problems ?? []).Take(3).Select(p => p.Path))}{(count > 3 ? ", …" : "")} (status.catalog.problems says why)"
            : "";
        return $"Backups in the storage: {status.Found ?? 0}; with a resource made by an import: {status.Imported ?? 0}{problems}";
    }
}
