using BackupOperator.MySql.Tests.Servers;
using BackupOperator.TestSupport.Servers;

[assembly: AssemblyFixture(typeof(MySqlFixture))]

namespace BackupOperator.MySql.Tests.Servers;

/// <summary>A MySQL server with the certificates that it makes for itself.</summary>
public sealed class MySqlFixture : IAsyncLifetime
{
    public RealMySql Server { get; private set; } = null!;

    public string CaFile => Path.Combine(Server.DataDirectory, "ca.pem");

    public MySqlConnectionOptions Options => new()
    {
        Host = Server.Host,
        Port = Server.Port,
        User = Server.User,
        Password = Server.Password,
    };

    public async ValueTask InitializeAsync() => Server = await RealMySql.StartNewAsync(
        "--max-allowed-packet=64M");

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
