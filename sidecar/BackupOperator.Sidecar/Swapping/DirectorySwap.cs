using BackupOperator.Sidecar.Archives;

namespace BackupOperator.Sidecar.Swapping;

/// <summary>
/// Puts restored data in the place of the old data, or takes that back. A data directory is often the root of a volume
/// and cannot be renamed as a whole, so its entries move one by one, under a journal: whoever finds the journal of a
/// swap that was killed anywhere calls <see cref="Complete"/> or <see cref="Undo"/> again. The caller holds the lock
/// of the data directory.
/// </summary>
public sealed class DirectorySwap(SwapFolders folders, IEntryMover? mover = null)
{
    private readonly IEntryMover _mover = mover ?? new EntryMover();

    /// <returns>The journal of a swap that has begun and is not over; else null.</returns>
    public SwapJournal? Journal => SwapJournal.Read(folders.Journal);

    /// <summary>Swaps, or goes on with a swap. Ends with state <see cref="SwapState.Swapped"/>.</summary>
    /// <param name="source">The backup that the restored data is from; kept in the journal of a new swap.</param>
    /// <exception cref="InvalidOperationException">The swap is being undone; or there is nothing to put in place.</exception>
    /// <exception cref="IOException">An entry cannot be moved, or something appeared in the way.</exception>
    public void Complete(SourceSummary? source = null)
    {
        var journal = Journal ?? Begin(source);
        if (journal.State == SwapState.MovingOut)
        {
            // As closed to others as the data directory itself.
            Directory.CreateDirectory(folders.Previous, File.GetUnixFileMode(folders.Data));
            _mover.Flush(folders.Container);
            MoveAll(folders.Data, folders.Previous);
            Require(journal.Old, folders.Previous);
            journal = Advance(journal, SwapState.MovingIn);
        }

        if (journal.State == SwapState.MovingIn)
        {
            MoveAll(folders.Restore, folders.Data);
            Require(journal.Restored, folders.Data);
            journal = Advance(journal, SwapState.Swapped);
        }

        if (journal.State != SwapState.Swapped)
        {
            throw new InvalidOperationException($"The swap in {folders.Data} is being undone ({journal.UndoReason}) and cannot be completed.");
        }
    }

    /// <summary>Brings the old data back, from whatever state. Afterwards the restore folder holds the restored data, and there is no journal.</summary>
    /// <returns>Where what was in the way is now, also that of attempts before: something else wrote it to the data directory.</returns>
    public IReadOnlyList<string> Undo(string reason)
    {
        if (Journal is not { } journal)
        {
            return [];
        }

        journal = journal.State switch
        {
            // Nothing restored has come in yet.
            SwapState.MovingOut => Advance(journal with { UndoReason = reason }, SwapState.PuttingBack),
            SwapState.MovingIn or SwapState.Swapped => Advance(journal with { UndoReason = reason }, SwapState.TakingOut),
            _ => journal,
        };
        if (journal.State == SwapState.TakingOut)
        {
            Directory.CreateDirectory(folders.Restore);
            SetAside(Names(folders.Restore));
            MoveAll(folders.Data, folders.Restore);
            journal = Advance(journal, SwapState.PuttingBack);
        }

        if (Directory.Exists(folders.Previous))
        {
            SetAside(Names(folders.Previous));
            MoveAll(folders.Previous, folders.Data);
        }

        Require(journal.Old, folders.Data);
        Remove(folders.Previous);
        RemoveJournal();
        return Directory.Exists(folders.Intruders) ? [.. Names(folders.Intruders).Select(name => Path.Combine(folders.Intruders, name))] : [];
    }

    /// <summary>Ends a swap for good: afterwards it cannot be undone. The previous data stays where it is.</summary>
    public void Commit()
    {
        if (Journal is not { } journal)
        {
            return;
        }

        if (journal.State != SwapState.Swapped)
        {
            throw new InvalidOperationException($"The swap in {folders.Data} is not complete ({journal.State}).");
        }

        Remove(folders.Restore);
        RemoveJournal();
    }

    private SwapJournal Begin(SourceSummary? source)
    {
        var restored = Directory.Exists(folders.Restore) ? Names(folders.Restore) : [];
        if (restored.Count == 0)
        {
            throw new InvalidOperationException($"There is nothing to put in place: {folders.Restore} is missing or empty.");
        }

        // A previous folder without a journal is the keepsake of a swap that was committed: mixing the two would lose both.
        if (Directory.Exists(folders.Previous) && Names(folders.Previous).Count > 0)
        {
            throw new InvalidOperationException($"{folders.Previous} holds previous data already; this restore was done before.");
        }

        _mover.Flush(folders.Data);
        var journal = new SwapJournal { State = SwapState.MovingOut, Old = Names(folders.Data), Restored = restored, Source = source };
        journal.Write(folders.Journal);
        return journal;
    }

    private SwapJournal Advance(SwapJournal journal, SwapState state)
    {
        var advanced = journal with { State = state };
        advanced.Write(folders.Journal);
        return advanced;
    }

    private void MoveAll(string from, string to)
    {
        var there = Names(to).ToHashSet(StringComparer.Ordinal);
        foreach (var name in Names(from))
        {
            if (there.Contains(name))
            {
                throw new IOException(
                    $"Cannot move {Path.Combine(from, name)}: there is already a {name} in {to}. Something else wrote to the data directory during the swap.");
            }

            _mover.Move(Path.Combine(from, name), Path.Combine(to, name));
        }

        // First the new place, then the old one: what a loss of power cuts short must not make an entry vanish.
        _mover.Flush(to);
        _mover.Flush(from);
    }

    // What lies in the data directory under a name that is elsewhere already is neither old nor restored: it would block the way back for ever.
    private void SetAside(IReadOnlyList<string> taken)
    {
        var inTheWay = Names(folders.Data).Intersect(taken, StringComparer.Ordinal).ToList();
        if (inTheWay.Count == 0)
        {
            return;
        }

        Directory.CreateDirectory(folders.Intruders, File.GetUnixFileMode(folders.Data));
        _mover.Flush(folders.Container);
        var there = Names(folders.Intruders).ToHashSet(StringComparer.Ordinal);
        foreach (var name in inTheWay)
        {
            var free = name;
            for (var number = 1; !there.Add(free); number++)
            {
                free = $"{name}.{number}";
            }

            _mover.Move(Path.Combine(folders.Data, name), Path.Combine(folders.Intruders, free));
        }

        _mover.Flush(folders.Intruders);
        _mover.Flush(folders.Data);
    }

    private static void Require(IReadOnlyList<string> names, string folder)
    {
        var missing = names.Except(Names(folder), StringComparer.Ordinal).Take(5).ToList();
        if (missing.Count > 0)
        {
            throw new IOException($"{folder} should hold {string.Join(", ", missing)} now, and does not.");
        }
    }

    private static List<string> Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Where(name => !SwapFolders.IsReserved(name)).Order(StringComparer.Ordinal)];

    private void RemoveJournal()
    {
        File.Delete(folders.Journal);
        _mover.Flush(folders.Container);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder);
        }
    }
}
