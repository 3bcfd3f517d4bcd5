namespace BackupOperator.MySql.Tests.Protocol;

public sealed class ServerGreetingTests
{
    [Theory]
    [InlineData("5.5.5-10.11.11-MariaDB-0+deb12u1", ServerFlavour.MariaDb, "10.11.11-MariaDB-0+deb12u1")]
    [InlineData("11.4.5-MariaDB-ubu2404", ServerFlavour.MariaDb, "11.4.5-MariaDB-ubu2404")]
    [InlineData("8.4.3", ServerFlavour.MySql, "8.4.3")]
    [InlineData("5.5.5-m3", ServerFlavour.MySql, "5.5.5-m3")]
    [InlineData("8.0.36-28-percona", ServerFlavour.Percona, "8.0.36-28-percona")]
    public void The_version_tells_the_flavour(string sent, ServerFlavour flavour, string version)
    {
        var greeting = ServerGreeting.Create(sent, 1, supportsTls: false);

        (greeting.Flavour, greeting.Version).ShouldBe((flavour, version));
    }
}
