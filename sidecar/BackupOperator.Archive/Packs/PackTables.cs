using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Packs;

/// <summary>The sums of the pieces in finished packs, fetched with their block tables as they are asked for.</summary>
/// <param name="find">Where a pack's table lies, and the key of the backup that it belongs to; null for a pack that has none.</param>
internal sealed class PackTables(IObjectStore store, Func<int, (string Name, DataKey? Key)?> find, CancellationToken cancellationToken)
{
    // Blocks are asked for in the order in which they were stored, so a few are enough.
    private const int MostInMemory = 16;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Task<Dictionary<uint, ulong[]>>> _tables = [];
    private readonly Queue<int> _order = new();

    /// <summary>Blocks the thread while a table is fetched.</summary>
    /// <returns>Null where nothing is known of what lies there: then it is stored anew.</returns>
    public ulong[]? FindSums(int pack, uint offset)
    {
        Task<Dictionary<uint, ulong[]>>? table;
        lock (_gate)
        {
            if (!_tables.TryGetValue(pack, out table))
            {
                if (_order.Count == MostInMemory)
                {
                    _tables.Remove(_order.Dequeue());
                }

                _order.Enqueue(pack);
                _tables[pack] = table = Task.Run(() => LoadAsync(pack), CancellationToken.None);
            }
        }

        return table.GetAwaiter().GetResult().GetValueOrDefault(offset);
    }

    private async Task<Dictionary<uint, ulong[]>> LoadAsync(int pack)
    {
        var sums = new Dictionary<uint, ulong[]>();
        try
        {
            if (find(pack) is var (name, key) && await CompressedJson.ReadAsync<List<TableFile>>(store, name, key, cancellationToken) is { } table)
            {
                foreach (var block in BlockTable.Ungroup(table))
                {
                    sums[block.Offset] = block.Sums;
                }
            }
        }
        catch (StorageException)
        {
            // It saves bytes, and nothing depends on it.
        }

        return sums;
    }
}
