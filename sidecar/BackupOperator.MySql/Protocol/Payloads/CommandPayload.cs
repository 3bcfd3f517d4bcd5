using System.Text;
using BackupOperator.MySql.Protocol.Serialization;

namespace BackupOperator.MySql.Protocol.Payloads;

/// <summary>Source: https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase.html.</summary>
internal static class CommandPayload
{
    public static ReadOnlyMemory<byte> Quit { get; } = new byte[] { 0x01 };

    public static ReadOnlyMemory<byte> Ping { get; } = new byte[] { 0x0E };

    public static ReadOnlyMemory<byte> Query(string sql) => new PayloadWriter().Byte(0x03).Bytes(Encoding.UTF8.GetBytes(sql)).Payload;
}
