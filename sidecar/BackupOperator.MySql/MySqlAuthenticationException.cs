namespace BackupOperator.MySql;

/// <summary>
/// This client refused to go on logging in: the account's plugin is unknown here, TLS could not be had, or the
/// password would have left unprotected. Another attempt ends the same.
/// </summary>
public sealed class MySqlAuthenticationException(string message, Exception? innerException = null)
    : MySqlClientException(message, innerException);
