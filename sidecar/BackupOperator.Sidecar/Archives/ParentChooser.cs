using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Sidecar.Archives;

/// <summary>Finds the backup that an incremental one can build on, among those that the operator knows.</summary>
internal static class ParentChooser
{
    /// <param name="type">Full, Incremental or Differential.</param>
    /// <returns>The parent; or why there is none although one was wanted.</returns>
    public static async Task<(ArchiveParent? Parent, string? Reason)> ChooseAsync(
        IObjectStore store, string type, IReadOnlyList<RunParent> known, WrappingKeys? keys, CancellationToken cancellationToken)
    {
        if (type == "Full")
        {
            return default;
        }

        var reasons = new List<string>();
        foreach (var parent in known)
        {
            var (opened, reason) = await ArchiveParent.TryOpenAsync(store, parent.Path, parent.ManifestDigest, type, keys, cancellationToken);
            if (opened is not null)
            {
                return (opened, null);
            }

            reasons.Add(reason!);
        }

        return (null, reasons.Count == 0
            ? $"there is no completed backup yet that {(type == "Differential" ? "a differential" : "an incremental")} one could build on"
            : string.Join("; ", reasons));
    }
}
