namespace BackupOperator.MySql;

/// <summary>Anything that goes wrong between this client and a server. No message holds a password.</summary>
public abstract class MySqlClientException : Exception
{
    private protected MySqlClientException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
