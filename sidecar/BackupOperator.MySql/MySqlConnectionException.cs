namespace BackupOperator.MySql;

/// <summary>The server could not be reached, did not answer in time, or hung up. The message names host, port and cause.</summary>
public sealed class MySqlConnectionException(string message, Exception? innerException = null, bool isTimeout = false)
    : MySqlClientException(message, innerException)
{
    public bool IsTimeout => isTimeout;
}
