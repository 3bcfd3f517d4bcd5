namespace BackupOperator.MySql;

/// <summary>
/// The server errors that this project tells apart. Source: MySQL's <c>messages_to_clients.txt</c> and MariaDB's
/// <c>errmsg-utf8.txt</c>.
/// </summary>
public static class MySqlErrorCode
{
    public const int TooManyConnections = 1040;
    public const int DatabaseAccessDenied = 1044;
    public const int AccessDenied = 1045;
    public const int ServerShutdown = 1053;
    public const int UnknownColumn = 1054;
    public const int SyntaxError = 1064;
    public const int UnknownTable = 1109;
    public const int HostBlocked = 1129;
    public const int HostNotPrivileged = 1130;

    /// <summary>ER_SPECIFIC_ACCESS_DENIED_ERROR: the statement needs a privilege that the user has not.</summary>
    public const int PrivilegeMissing = 1227;
    public const int AccessDeniedNoPassword = 1698;
    public const int MustChangePassword = 1862;
    public const int AccountLocked = 3118;
    public const int SecureTransportRequired = 3159;
    public const int MariaDbAccountLocked = 4151;
}
