using System.Text;

namespace BackupOperator.MySql;

/// <summary>One row of a text result set: each value as the bytes that the server sent, or null for NULL.</summary>
public sealed class MySqlRow
{
    private readonly IReadOnlyList<string> _columns;
    private readonly byte[]?[] _values;

    internal MySqlRow(IReadOnlyList<string> columns, byte[]?[] values)
    {
        _columns = columns;
        _values = values;
    }

    public int Count => _values.Length;

    /// <summary>The text in a column, or null for NULL.</summary>
    public string? this[int column] => _values[column] is { } value ? Encoding.UTF8.GetString(value) : null;

    /// <summary>The text in a column by name, whose case does not matter; the first where two have it.</summary>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public string? this[string column] => this[IndexOf(column)];

    /// <summary>The bytes in a column, or null for NULL.</summary>
    public byte[]? GetBytes(int column) => _values[column];

    private int IndexOf(string column)
    {
        for (var i = 0; i < _columns.Count; i++)
        {
            if (string.Equals(_columns[i], column, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        throw new KeyNotFoundException($"The result has no column {column}; it has {string.Join(", ", _columns)}.");
    }
}
