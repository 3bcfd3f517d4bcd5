using System.Buffers.Binary;

namespace BackupOperator.MySql.ServerFiles;

/// <summary>The transactions that a stopped server had executed, read from its files.</summary>
public static class GtidExecuted
{
    private const int MaxStateFile = 1 << 20;
    private const int MaxGtidEvent = 16 << 20;
    private const byte FormatDescriptionType = 15;
    private const byte GtidType = 33;
    private const byte PreviousGtidsType = 35;
    private const byte TaggedGtidType = 42;

    /// <summary>
    /// MariaDB: the binlog position in the <c>.state</c> file, as <c>@@gtid_binlog_pos</c> has it. MySQL: what the last
    /// binary log begins with and the transactions in it, as <c>@@gtid_executed</c> has them (a replica without
    /// <c>log_replica_updates</c> has executed more). MySQL's way reads the last
    /// binary log's event headers, so it is not for the time of the lock: a closed binary log does not change any more.
    /// </summary>
    /// <returns>
    /// Null where it cannot be told exactly: the server crashed, the log is encrypted or broken, or it holds tagged GTIDs
    /// (MySQL 8.3 and later). Empty where GTIDs are not in use.
    /// </returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string? Read(BinlogPosition position)
    {
        ArgumentNullException.ThrowIfNull(position);
        if (!position.IsClosed)
        {
            return null;
        }

        var state = Path.ChangeExtension(position.Path, ".state");
        if (File.Exists(state))
        {
            return ReadState(state);
        }

        using var stream = File.OpenRead(position.Path);
        return BinlogHeader.Read(stream) is { IsEncrypted: false } ? ReadEvents(stream, Math.Min(position.Position, stream.Length)) : null;
    }

    // A line for each domain and server, domain-server-number; the last one of a domain is its newest.
    private static string? ReadState(string path)
    {
        if (new FileInfo(path).Length > MaxStateFile)
        {
            return null;
        }

        var newest = new SortedDictionary<uint, string>();
        foreach (var line in File.ReadLines(path).Where(line => line.Length > 0))
        {
            var parts = line.Split('-');
            if (parts.Length != 3 || !uint.TryParse(parts[0], out var domain) || !uint.TryParse(parts[1], out _) || !ulong.TryParse(parts[2], out _))
            {
                return null;
            }

            newest[domain] = line;
        }

        return string.Join(',', newest.Values);
    }

    private static string? ReadEvents(FileStream stream, long end)
    {
        var gtids = new GtidSet();
        var hasPrevious = false;
        Span<byte> bytes = stackalloc byte[BinlogEventHeader.Length];
        for (long at = BinlogHeader.MagicLength; at < end;)
        {
            stream.Position = at;
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                return null;
            }

            var header = BinlogEventHeader.Parse(bytes);
            if (header.Size < BinlogEventHeader.Length || header.Size > end - at || (at == BinlogHeader.MagicLength && header.Type != FormatDescriptionType))
            {
                return null;
            }

            if (header.Type is TaggedGtidType || (header.Type is GtidType or PreviousGtidsType && header.Size > MaxGtidEvent))
            {
                return null;
            }

            if (header.Type is GtidType or PreviousGtidsType)
            {
                var body = new byte[header.Size - BinlogEventHeader.Length];
                stream.ReadExactly(body);
                if (!(header.Type == GtidType ? AddGtid(gtids, body) : AddPrevious(gtids, body)))
                {
                    return null;
                }

                hasPrevious |= header.Type == PreviousGtidsType;
            }

            at += header.Size;
        }

        return hasPrevious ? gtids.ToString() : null;
    }

    // Flags (1), UUID (16), number (8).
    private static bool AddGtid(GtidSet gtids, ReadOnlySpan<byte> body)
    {
        if (body.Length < 25 || BinaryPrimitives.ReadInt64LittleEndian(body[17..]) is not (> 0 and var number))
        {
            return false;
        }

        gtids.Add(new Guid(body.Slice(1, 16), bigEndian: true), number);
        return true;
    }

    // Number of servers (8); of each its UUID (16), number of intervals (8), and of each its first number (8) and the
    // one after its last (8). The highest byte of the first field tells other formats: those with tags.
    private static bool AddPrevious(GtidSet gtids, ReadOnlySpan<byte> body)
    {
        if (!TryTake(ref body, out var servers) || servers is < 0 or > int.MaxValue)
        {
            return false;
        }

        for (; servers > 0; servers--)
        {
            if (body.Length < 16)
            {
                return false;
            }

            var server = new Guid(body[..16], bigEndian: true);
            body = body[16..];
            if (!TryTake(ref body, out var intervals))
            {
                return false;
            }

            for (; intervals > 0; intervals--)
            {
                if (!TryTake(ref body, out var first) || !TryTake(ref body, out var after) || first < 1 || after <= first)
                {
                    return false;
                }

                gtids.Add(server, first, after - 1);
            }
        }

        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> body, out long value)
    {
        var isThere = BinaryPrimitives.TryReadInt64LittleEndian(body, out value);
        body = isThere ? body[8..] : body;
        return isThere;
    }
}
