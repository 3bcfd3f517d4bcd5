using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Packs;

namespace BackupOperator.Archive.Writing;

/// <summary>Finds the pieces of a block that are not as they were stored.</summary>
internal sealed class PieceComparer(PackWriter packs, PackTables tables)
{
    /// <param name="before">The stored block, of the same length.</param>
    /// <param name="sums">Of the pieces that the block has now.</param>
    /// <returns>The pieces that differ; 0 where that is not known, or where storing the whole block costs hardly more.</returns>
    public ushort FindChanged(BlockReference before, ReadOnlySpan<ulong> sums)
    {
        if (before.Patches is { Length: >= BlockReference.MostPatches } || FindSums(before.Pack, before.Offset) is not { } stored || stored.Length != sums.Length)
        {
            return 0;
        }

        Span<ulong> known = stackalloc ulong[Pieces.Most];
        stored.CopyTo(known);
        foreach (var patch in before.Patches ?? [])
        {
            if (FindSums(patch.Pack, patch.Offset) is not { } patched || !Overlay(patched, patch.Pieces, known))
            {
                return 0;
            }
        }

        var changed = 0;
        var count = 0;
        for (var piece = 0; piece < sums.Length; piece++)
        {
            if (sums[piece] != known[piece])
            {
                changed |= 1 << piece;
                count++;
            }
        }

        return count * 2 > sums.Length ? (ushort)0 : (ushort)changed;
    }

    private static bool Overlay(ulong[] patched, ushort pieces, Span<ulong> known)
    {
        var next = 0;
        for (var piece = 0; piece < Pieces.Most; piece++)
        {
            if ((pieces >> piece & 1) != 0)
            {
                if (next == patched.Length)
                {
                    return false;
                }

                known[piece] = patched[next++];
            }
        }

        return next == patched.Length;
    }

    private ulong[]? FindSums(int pack, uint offset) =>
        packs.FindUnfinished(pack) is { } unfinished ? unfinished.FindSums(offset) : tables.FindSums(pack, offset);
}
