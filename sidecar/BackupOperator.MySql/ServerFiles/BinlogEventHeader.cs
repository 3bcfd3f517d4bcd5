using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BackupOperator.MySql.ServerFiles;

/// <summary>
/// What stands before each event of a binary log, version 4.
/// Source: https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Log__event__header.html.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BinlogEventHeader(byte Type, uint Size, ushort Flags)
{
    public const int Length = 19;

    public static BinlogEventHeader Parse(ReadOnlySpan<byte> bytes) => new(
        bytes[4], BinaryPrimitives.ReadUInt32LittleEndian(bytes[9..]), BinaryPrimitives.ReadUInt16LittleEndian(bytes[17..]));
}
