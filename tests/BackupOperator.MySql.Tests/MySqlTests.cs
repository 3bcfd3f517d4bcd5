using BackupOperator.MySql.Tests.Servers;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.MySql.Tests;

/// <summary>Against a real MySQL server.</summary>
public sealed class MySqlTests(MySqlFixture fixture)
{
    private MySqlConnectionOptions NewUser(string name) => fixture.Options with { User = name, Password = $"{name}'s password" };

    private async Task<MySqlConnectionOptions> CreateUserAsync(string name, string plugin = "caching_sha2_password")
    {
        var options = NewUser(name);
        await using var root = await MySqlSession.ConnectAsync(fixture.Options);
        await root.QueryAsync($"CREATE USER {name}@'%' IDENTIFIED WITH {plugin} BY \"{options.Password}\"");
        return options;
    }

    [Theory]
    [InlineData(MySqlTlsMode.Disabled, "rsa")]
    [InlineData(MySqlTlsMode.Required, "tls")]
    public async Task Caching_sha2_logs_in_fully_at_first_and_quickly_after_that(MySqlTlsMode mode, string user)
    {
        var options = await CreateUserAsync(user) with { Tls = mode };

        foreach (var attempt in new[] { "full", "fast" })
        {
            await using var session = await MySqlSession.ConnectAsync(options);
            (await session.ScalarAsync("SELECT CURRENT_USER()")).ShouldBe($"{user}@%", attempt);
            session.IsTls.ShouldBe(mode == MySqlTlsMode.Required);
        }

        var wrong = await Should.ThrowAsync<MySqlException>(() => MySqlSession.ConnectAsync(options with { Password = "wrong" }));
        wrong.IsAccessDenied.ShouldBeTrue();
    }

    [Theory]
    [InlineData(MySqlTlsMode.Disabled, "sha_rsa")]
    [InlineData(MySqlTlsMode.Required, "sha_tls")]
    public async Task Sha256_logs_in_by_switching_plugins(MySqlTlsMode mode, string user)
    {
        var options = await CreateUserAsync(user, "sha256_password") with { Tls = mode };

        await using var session = await MySqlSession.ConnectAsync(options);

        (await session.ScalarAsync("SELECT CURRENT_USER()")).ShouldBe($"{user}@%");
    }

    [Fact]
    public async Task Verifies_the_certificate_that_the_server_made_for_itself()
    {
        var options = fixture.Options with { CaFile = fixture.CaFile };

        await using (await MySqlSession.ConnectAsync(options with { Tls = MySqlTlsMode.VerifyCa }))
        {
        }

        await Should.ThrowAsync<MySqlAuthenticationException>(() => MySqlSession.ConnectAsync(options with { Tls = MySqlTlsMode.VerifyFull }));
        await Should.ThrowAsync<MySqlAuthenticationException>(
            () => MySqlSession.ConnectAsync(options with { Tls = MySqlTlsMode.VerifyCa, CaFile = null }));
    }

    [Fact]
    public async Task Logs_in_over_the_unix_socket_with_the_password()
    {
        var options = await CreateUserAsync("local");

        await using var session = await MySqlSession.ConnectAsync(options with { Host = fixture.Server.Socket });

        (await session.ScalarAsync("SELECT CURRENT_USER()")).ShouldBe("local@%");
    }

    [Fact]
    public async Task Uses_the_database_that_is_asked_for()
    {
        await using var session = await MySqlSession.ConnectAsync(fixture.Options with { Database = "mysql" });
        (await session.ScalarAsync("SELECT DATABASE()")).ShouldBe("mysql");

        (await Should.ThrowAsync<MySqlException>(() => MySqlSession.ConnectAsync(fixture.Options with { Database = "nowhere" }))).Code.ShouldBe(1049);
    }

    [Fact]
    public async Task Reads_the_greeting_and_the_flavour()
    {
        var greeting = await MySqlSession.GreetAsync("127.0.0.1", fixture.Server.Port, TimeSpan.FromSeconds(5));
        await using var session = await MySqlSession.ConnectAsync(fixture.Options);

        greeting.Flavour.ShouldBe(ServerFlavour.MySql);
        greeting.Version.ShouldStartWith("9.7");
        (await session.ReadFlavourAsync()).ShouldBe(ServerFlavour.MySql);
    }

    [Fact]
    public async Task Greetings_do_not_count_towards_the_blocking_of_the_host()
    {
        await using var server = await RealMySql.StartNewAsync(HostErrors.Arguments);

        await HostErrors.ShouldStayAtZeroAsync(server);
    }

    [Fact]
    public async Task A_server_that_is_full_says_so_instead_of_greeting()
    {
        await using var root = await MySqlSession.ConnectAsync(fixture.Options);
        // One more than the limit is let in, for an administrator.
        await using var second = await MySqlSession.ConnectAsync(fixture.Options);
        await root.QueryAsync("SET GLOBAL max_connections = 1");
        try
        {
            var full = await Should.ThrowAsync<MySqlException>(() => MySqlSession.GreetAsync("127.0.0.1", fixture.Server.Port, TimeSpan.FromSeconds(5)));

            full.Code.ShouldBe(MySqlErrorCode.TooManyConnections);
            full.Message.ShouldContain("Too many connections");
        }
        finally
        {
            await root.QueryAsync("SET GLOBAL max_connections = 151");
        }
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
