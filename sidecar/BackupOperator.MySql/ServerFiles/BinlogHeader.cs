using System.Buffers.Binary;

namespace BackupOperator.MySql.ServerFiles;

/// <summary>
/// The beginning of a binary log: four bytes of magic, then the header of the format description event.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_replication_binlog_event.html and
/// log_event.h (LOG_EVENT_BINLOG_IN_USE_F, LOG_EVENT_RELAY_LOG_F).
/// </summary>
internal sealed record BinlogHeader(bool IsEncrypted, bool IsInUse, bool IsRelayLog)
{
    public const int MagicLength = 4;

    private const uint Plain = 0x6E6962FE;
    private const uint Encrypted = 0x6E6962FD;
    private const ushort InUse = 0x1;
    private const ushort RelayLog = 0x40;

    /// <summary>Null where this is no binary log.</summary>
    public static BinlogHeader? Read(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[MagicLength + BinlogEventHeader.Length];
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            return null;
        }

        // Nothing but the magic of an encrypted log can be read: its events are not.
        var flags = BinlogEventHeader.Parse(bytes[MagicLength..]).Flags;
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes) switch
        {
            Plain => new BinlogHeader(false, (flags & InUse) != 0, (flags & RelayLog) != 0),
            Encrypted => new BinlogHeader(true, false, false),
            _ => null,
        };
    }
}
