namespace BackupOperator.TestSupport.Faults;

/// <summary>A connection that is read by lines and by lengths.</summary>
internal sealed class LineStream(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _from;
    private int _to;

    public Stream Stream => stream;

    /// <returns>The line with its end; null at the end of the connection.</returns>
    public async Task<byte[]?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        while (await FillAsync(cancellationToken))
        {
            var end = Array.IndexOf(_buffer, (byte)'\n', _from, _to - _from);
            var until = end < 0 ? _to : end + 1;
            line.AddRange(_buffer.AsSpan(_from, until - _from));
            _from = until;
            if (end >= 0)
            {
                return [.. line];
            }
        }

        return null;
    }

    /// <returns>At least one byte; none at the end of the connection.</returns>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(long most, CancellationToken cancellationToken)
    {
        if (!await FillAsync(cancellationToken))
        {
            return default;
        }

        var count = (int)Math.Min(most, _to - _from);
        _from += count;
        return _buffer.AsMemory(_from - count, count);
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_from == _to)
        {
            _from = 0;
            _to = await stream.ReadAsync(_buffer, cancellationToken);
        }

        return _from < _to;
    }
}
