namespace BackupOperator.MySql.Protocol;

/// <summary>How much this client takes from a server. It asks for little, so a lot is a fault or an attack.</summary>
internal static class ProtocolLimits
{
    /// <summary>The largest payload of one packet of the wire; a longer one is split. Fixed by the protocol.</summary>
    public const int MaxPacket = 0xFFFFFF;

    /// <summary>Bytes of a payload before the login is done.</summary>
    public const int MaxLoginPayload = 64 << 10;

    /// <summary>Bytes of a payload afterwards.</summary>
    public const int MaxPayload = 64 << 20;

    /// <summary>Bytes of all rows of a result.</summary>
    public const long MaxResult = 64 << 20;

    /// <summary>The server's own limit.</summary>
    public const int MaxColumns = 4096;

    public const int MaxRows = 1 << 20;

    /// <summary>Packets that a server may send between the login request and its verdict.</summary>
    public const int MaxLoginRounds = 16;

    /// <summary>Characters of a server's error message that are kept.</summary>
    public const int MaxErrorMessage = 1024;
}
