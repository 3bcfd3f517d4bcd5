namespace BackupOperator.MySql;

/// <summary>The answer to one statement. A statement without a result set has no columns and no rows.</summary>
public sealed record MySqlResult
{
    public IReadOnlyList<string> Columns { get; init; } = [];

    public IReadOnlyList<MySqlRow> Rows { get; init; } = [];

    public ulong AffectedRows { get; init; }

    public ulong LastInsertId { get; init; }

    /// <summary>The number of warnings.</summary>
    public int Warnings { get; init; }
}
