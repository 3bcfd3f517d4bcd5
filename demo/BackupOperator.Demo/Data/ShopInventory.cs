using BackupOperator.MySql;

namespace BackupOperator.Demo.Data;

/// <summary>What is in the shop's database: CHECKSUM TABLE of every table, and the text of everything else.</summary>
internal sealed record ShopInventory(IReadOnlyDictionary<string, string> Tables, IReadOnlyDictionary<string, string> Definitions, long Megabytes)
{
    public static async Task<ShopInventory> TakeAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        var tables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var names = await session.QueryAsync($"SELECT table_name FROM information_schema.tables WHERE table_schema = '{ShopDatabase.Name}' AND table_type = 'BASE TABLE'", cancellationToken);
        foreach (var name in names.Rows.Select(row => row[0]!))
        {
            tables[name] = (await session.QueryAsync($"CHECKSUM TABLE {ShopDatabase.Name}.`{name}` EXTENDED", cancellationToken)).Rows[0][1] ?? "none";
        }

        var definitions = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (kind, query) in new[]
        {
            ("view", "SELECT table_name, view_definition FROM information_schema.views WHERE table_schema"),
            ("trigger", "SELECT trigger_name, action_statement FROM information_schema.triggers WHERE trigger_schema"),
            ("procedure", "SELECT routine_name, routine_definition FROM information_schema.routines WHERE routine_schema"),
        })
        {
            foreach (var row in (await session.QueryAsync($"{query} = '{ShopDatabase.Name}'", cancellationToken)).Rows)
            {
                definitions[$"{kind} {row[0]}"] = row[1] ?? "";
            }
        }

        var size = await session.ScalarAsync("SELECT CAST(SUM(file_size) / 1048576 AS UNSIGNED) FROM information_schema.innodb_sys_tablespaces", cancellationToken);
        return new ShopInventory(tables, definitions, long.Parse(size ?? "0", System.Globalization.CultureInfo.InvariantCulture));
    }

    public bool Equals(ShopInventory? other) =>
        other is not null && Tables.SequenceEqual(other.Tables) && Definitions.SequenceEqual(other.Definitions);

    public override int GetHashCode() => Tables.Count;
}
