namespace BackupOperator.MySql;

/// <summary>The server sent what the protocol does not allow, or more than this client takes.</summary>
public sealed class MySqlProtocolException(string message, Exception? innerException = null)
    : MySqlClientException(message, innerException);
