namespace BackupOperator.MySql.Protocol;

/// <summary>
/// What client and server agree on. Source: https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html.
/// </summary>
[Flags]
internal enum Capabilities : uint
{
    None = 0,

    /// <summary>MariaDB calls it CLIENT_MYSQL; without it the reserved bytes are its own further capabilities.</summary>
    LongPassword = 1,
    LongFlag = 1 << 2,
    ConnectWithDatabase = 1 << 3,
    LocalFiles = 1 << 7,
    Protocol41 = 1 << 9,
    Tls = 1 << 11,
    Transactions = 1 << 13,
    SecureConnection = 1 << 15,
    PluginAuthentication = 1 << 19,
    PluginAuthenticationLengthEncoded = 1 << 21,
    DeprecateEof = 1 << 24,
}
