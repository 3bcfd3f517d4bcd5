using BackupOperator.Archive.Blocks;

namespace BackupOperator.Archive.Manifests;

/// <summary>Takes a manifest's entries as they are read: never more than one line of it is in memory.</summary>
public abstract class ManifestVisitor
{
    /// <summary>Takes nothing.</summary>
    public static ManifestVisitor None { get; } = new Nothing();

    /// <summary>An entry begins. Those of a directory come after it.</summary>
    public virtual void Begin(ManifestEntry entry)
    {
    }

    /// <summary>A block of the file that has begun; in the order of their numbers, holes left out.</summary>
    public virtual void Block(ManifestEntry entry, int index, BlockReference block)
    {
    }

    /// <summary>All blocks of the entry have been there.</summary>
    public virtual void End(ManifestEntry entry)
    {
    }

    private sealed class Nothing : ManifestVisitor;
}
