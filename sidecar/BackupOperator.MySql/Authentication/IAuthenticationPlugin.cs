namespace BackupOperator.MySql.Authentication;

/// <summary>The client's side of one login with one plugin: a state machine without input or output of its own.</summary>
internal interface IAuthenticationPlugin
{
    /// <summary>The answer to the server's challenge.</summary>
    ReadOnlyMemory<byte> Begin(AuthenticationContext context);

    /// <summary>The answer to more data of the server; null: nothing to say, the server goes on.</summary>
    /// <exception cref="MySqlProtocolException">The data does not belong here.</exception>
    ReadOnlyMemory<byte>? Continue(AuthenticationContext context, ReadOnlySpan<byte> data);
}
