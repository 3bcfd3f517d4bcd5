using BackupOperator.Archive.Compression;

namespace BackupOperator.Archive.Manifests;

/// <summary>Lines of bytes from a stream, none longer than allowed, the last one ended like the others.</summary>
internal sealed class LineReader(Stream from, int longest)
{
    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private bool _isOver;

    /// <returns>False at the end.</returns>
    /// <exception cref="ZstdException">The data is damaged.</exception>
    /// <exception cref="FormatException">A line is too long, or the last one is not ended.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                if (searched + newline > longest)
                {
                    throw new FormatException("a line is too long");
                }

                line = _buffer.AsMemory(_start, searched + newline);
                _start += searched + newline + 1;
                return true;
            }

            searched = _end - _start;
            if (_isOver)
            {
                line = default;
                return searched == 0 ? false : throw new FormatException("the last line is not ended");
            }

            if (searched > longest)
            {
                throw new FormatException("a line is too long");
            }

            Fill();
        }
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = from.Read(_buffer, _end, _buffer.Length - _end);
        _isOver = read == 0;
        _end += read;
    }
}
