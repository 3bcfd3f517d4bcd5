namespace BackupOperator.MySql;

/// <summary>The server answered with an error.</summary>
/// <param name="code">The server's error number, such as 1045.</param>
/// <param name="sqlState">Five characters; <c>HY000</c> where the server sent none.</param>
/// <param name="serverMessage">The server's own words.</param>
/// <param name="server">Host and port; null to leave them out of the message.</param>
public sealed class MySqlException(int code, string sqlState, string serverMessage, string? server = null)
    : MySqlClientException(server is null ? $"{serverMessage} ({code}, {sqlState})" : $"MySQL at {server}: {serverMessage} ({code}, {sqlState})")
{
    public int Code => code;

    public string SqlState => sqlState;

    public string ServerMessage => serverMessage;

    /// <summary>Whether the name, the password or the host was refused: another attempt ends the same.</summary>
    public bool IsAccessDenied => code is MySqlErrorCode.AccessDenied or MySqlErrorCode.DatabaseAccessDenied or MySqlErrorCode.HostNotPrivileged
        or MySqlErrorCode.AccountLocked or MySqlErrorCode.MustChangePassword or MySqlErrorCode.AccessDeniedNoPassword
        or MySqlErrorCode.MariaDbAccountLocked;
}
