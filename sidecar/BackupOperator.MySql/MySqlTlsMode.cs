namespace BackupOperator.MySql;

/// <summary>How much TLS a connection needs. The meanings are those of <c>mysql --ssl-mode</c>.</summary>
public enum MySqlTlsMode
{
    /// <summary>TLS where the server offers it, with any certificate; never over a Unix socket.</summary>
    Preferred,

    /// <summary>No TLS.</summary>
    Disabled,

    /// <summary>TLS with any certificate.</summary>
    Required,

    /// <summary>TLS with a certificate that a trusted authority signed.</summary>
    VerifyCa,

    /// <summary>As <see cref="VerifyCa"/>, and the certificate names the host.</summary>
    VerifyFull,
}
