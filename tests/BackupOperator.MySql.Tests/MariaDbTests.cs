using BackupOperator.MySql.Tests.Servers;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.MySql.Tests;

/// <summary>Against a real MariaDB server.</summary>
public sealed class MariaDbTests(MariaDbFixture fixture)
{
    [Theory]
    [InlineData(MySqlTlsMode.Disabled, false)]
    [InlineData(MySqlTlsMode.Preferred, true)]
    [InlineData(MySqlTlsMode.Required, true)]
    public async Task Logs_in_with_the_native_password(MySqlTlsMode mode, bool tls)
    {
        await using var session = await MySqlSession.ConnectAsync(fixture.Options with { Tls = mode });

        (await session.ScalarAsync("SELECT 1")).ShouldBe("1");
        session.IsTls.ShouldBe(tls);
        var cipher = (await session.QueryAsync("SHOW SESSION STATUS LIKE 'Ssl_cipher'")).Rows.ShouldHaveSingleItem()["value"];
        string.IsNullOrEmpty(cipher).ShouldBe(!tls);
    }

    [Theory]
    [InlineData("s3cret")]
    [InlineData("a password of more than thirty-two bytes, with ünïcode")]
    public async Task Logs_in_with_ed25519_whatever_the_challenge(string password)
    {
        var user = $"ed{password.Length}";
        await using var root = await MySqlSession.ConnectAsync(fixture.Options);
        await root.QueryAsync($"CREATE USER {user}@'%' IDENTIFIED VIA ed25519 USING PASSWORD('{password}')");

        for (var attempt = 0; attempt < 10; attempt++)
        {
            await using var session = await MySqlSession.ConnectAsync(fixture.Options with { User = user, Password = password });
            (await session.ScalarAsync("SELECT CURRENT_USER()")).ShouldBe($"{user}@%");
        }

        var wrong = await Should.ThrowAsync<MySqlException>(() => MySqlSession.ConnectAsync(fixture.Options with { User = user, Password = "wrong" }));
        wrong.IsAccessDenied.ShouldBeTrue();
    }

    [Fact]
    public async Task Logs_in_to_an_account_without_a_password()
    {
        await using var root = await MySqlSession.ConnectAsync(fixture.Options);
        await root.QueryAsync("CREATE USER empty@'%' IDENTIFIED BY ''");

        await using var session = await MySqlSession.ConnectAsync(fixture.Options with { User = "empty", Password = "" });

        await session.PingAsync();
    }

    [Fact]
    public async Task A_wrong_password_is_an_access_denied_that_names_the_server_and_not_the_password()
    {
        var options = fixture.Options with { Password = "my wrong secret" };

        var refused = await Should.ThrowAsync<MySqlException>(() => MySqlSession.ConnectAsync(options));

        (refused.Code, refused.SqlState, refused.IsAccessDenied).ShouldBe((1045, "28000", true));
        refused.Message.ShouldContain($"127.0.0.1:{fixture.Server.Port}");
        refused.ToString().ShouldNotContain("my wrong secret");
        options.ToString().ShouldNotContain("my wrong secret");
    }

    [Fact]
    public async Task Verifies_the_authority_and_the_name_of_the_certificate()
    {
        var options = fixture.Options with { CaFile = fixture.CaFile };

        await using (await MySqlSession.ConnectAsync(options with { Tls = MySqlTlsMode.VerifyCa }))
        {
        }

        await using (await MySqlSession.ConnectAsync(options with { Tls = MySqlTlsMode.VerifyFull, Host = "localhost" }))
        {
        }

        (await Should.ThrowAsync<MySqlAuthenticationException>(() => MySqlSession.ConnectAsync(options with { Tls = MySqlTlsMode.VerifyFull })))
            .Message.ShouldContain("does not name the host");
        foreach (var caFile in new[] { fixture.StrangeCaFile, null })
        {
            (await Should.ThrowAsync<MySqlAuthenticationException>(
                () => MySqlSession.ConnectAsync(options with { Tls = MySqlTlsMode.VerifyCa, CaFile = caFile })))
                .Message.ShouldContain("not trusted");
        }
    }

    [Fact]
    public async Task Logs_in_over_the_unix_socket()
    {
        await using var session = await MySqlSession.ConnectAsync(fixture.Options with { Host = fixture.Server.Socket });

        (await session.ScalarAsync("SELECT CURRENT_USER()")).ShouldBe("root@localhost");
        session.IsTls.ShouldBeFalse();
    }

    [Fact]
    public async Task An_unknown_plugin_is_a_clear_error()
    {
        await using var root = await MySqlSession.ConnectAsync(fixture.Options);
        await root.QueryAsync("CREATE USER socket@'%' IDENTIFIED VIA unix_socket");

        var refused = await Should.ThrowAsync<MySqlClientException>(() => MySqlSession.ConnectAsync(fixture.Options with { User = "socket" }));

        refused.Message.ShouldContain("socket");
    }

    [Fact]
    public async Task Reads_the_greeting()
    {
        var greeting = await MySqlSession.GreetAsync("127.0.0.1", fixture.Server.Port, TimeSpan.FromSeconds(5));

        greeting.Flavour.ShouldBe(ServerFlavour.MariaDb);
        greeting.Version.ShouldStartWith("10.");
        greeting.SupportsTls.ShouldBeTrue();
    }

    [Fact]
    public async Task Greetings_do_not_count_towards_the_blocking_of_the_host()
    {
        await using var server = await RealMariaDb.StartNewAsync([.. HostErrors.Arguments, "--performance-schema=ON"]);

        await HostErrors.ShouldStayAtZeroAsync(server);
    }

    [Fact]
    public Task Reads_all_kinds_of_values() => QueryChecks.ReadsAllKindsOfValuesAsync(fixture.Options);

    [Fact]
    public Task Payloads_may_exceed_a_packet() => QueryChecks.PayloadsMayExceedAPacketAsync(fixture.Options);

    [Fact]
    public Task A_failing_statement_leaves_the_session_usable() => QueryChecks.AFailingStatementLeavesTheSessionUsableAsync(fixture.Options);

    [Fact]
    public Task Local_files_are_refused() => QueryChecks.LocalFilesAreRefusedAsync(fixture.Options);

    [Fact]
    public Task A_slow_command_times_out() => QueryChecks.ASlowCommandTimesOutAsync(fixture.Options);
}
