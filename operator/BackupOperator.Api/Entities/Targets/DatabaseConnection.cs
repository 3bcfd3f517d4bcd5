namespace BackupOperator.Api.Entities;

/// <summary>How to connect to the server.</summary>
public sealed class DatabaseConnection
{
    [Description("Secret with the name and password of a MySQL user; USAGE is enough.")]
    public CredentialsReference? SecretRef { get; set; }

    [Length(1, 253)]
    [Description("The name that the server's certificate bears, for tls VerifyFull. Default: the IP of the pod. The pod itself is asked in any case, by its IP: a Service could lead to another one.")]
    public string? Host { get; set; }

    [RangeMinimum(1)]
    [RangeMaximum(65535)]
    [Default(3306)]
    public int Port { get; set; } = 3306;

    [Default(TlsMode.Preferred)]
    public TlsMode Tls { get; set; } = TlsMode.Preferred;
}

/// <summary>Keys of a Secret that hold a user name and a password.</summary>
public sealed class CredentialsReference
{
    [Required]
    [Length(1, 253)]
    public string Name { get; set; } = "";

    [Length(1, 253)]
    [Default("username")]
    public string UsernameKey { get; set; } = "username";

    [Length(1, 253)]
    [Default("password")]
    public string PasswordKey { get; set; } = "password";
}

/// <summary>How much TLS a connection demands.</summary>
public enum TlsMode
{
    Disabled,
    Preferred,
    Required,
    VerifyCa,
    VerifyFull,
}
