using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.MySql.Tests.Servers;

/// <summary>The errors that a server counts against a host, and blocks it for.</summary>
internal static class HostErrors
{
    /// <summary>A server remembers hosts only while it resolves their names.</summary>
    public static string[] Arguments => ["--bind-address=*", "--skip-name-resolve=OFF"];

    /// <summary>Greets by another address than loopback, which servers count nothing against.</summary>
    public static async Task ShouldStayAtZeroAsync(RealDatabase server)
    {
        await using var root = await MySqlSession.ConnectAsync(
            new MySqlConnectionOptions { Host = server.Socket, User = "root", Password = "" });
        (await root.ScalarAsync("SELECT @@skip_name_resolve")).ShouldBe("0");
        var address = OtherAddress();
        Assert.SkipWhen(address is null, "This machine has no address but loopback.");

        for (var i = 0; i < 3; i++)
        {
            await MySqlSession.GreetAsync(address!, server.Port, TimeSpan.FromSeconds(10));
        }

        var counted = (await root.QueryAsync("SELECT SUM_CONNECT_ERRORS, COUNT_HANDSHAKE_ERRORS FROM performance_schema.host_cache")).Rows.ShouldHaveSingleItem();
        (counted[0], counted[1]).ShouldBe(("0", "0"));
    }

    private static string? OtherAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))?.ToString();
}
