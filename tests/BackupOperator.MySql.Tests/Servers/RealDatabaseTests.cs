using System.Diagnostics;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.MySql.Tests.Servers;

/// <summary>The starters that all tests rely on.</summary>
public sealed class RealDatabaseTests
{
    [Fact]
    public async Task MariaDb_starts_stops_and_starts_again_on_its_port()
    {
        await using var server = await RealMariaDb.StartNewAsync();

        await StopAndStartAsync(server);
    }

    [Fact]
    public async Task MySql_starts_stops_and_starts_again_on_its_port()
    {
        await using var server = await RealMySql.StartNewAsync();

        await StopAndStartAsync(server);
    }

    private static async Task StopAndStartAsync(RealDatabase server)
    {
        var port = server.Port;
        File.Exists(Path.Combine(server.DataDirectory, "ibdata1")).ShouldBeTrue();
        var first = server.ProcessId.ShouldNotBeNull();
        Process.GetProcessById(first).ProcessName.ShouldBeOneOf("mariadbd", "mysqld");

        await server.StopAsync();
        Should.Throw<ArgumentException>(() => Process.GetProcessById(first));
        await server.StartAsync();

        server.Port.ShouldBe(port);
        await server.KillAsync();
        server.ProcessId.ShouldBeNull();
        await server.StartAsync();
    }
}
