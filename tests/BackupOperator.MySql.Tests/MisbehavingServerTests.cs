using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using BackupOperator.MySql.Tests.Fakes;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.MySql.Tests;

/// <summary>What a session makes of servers that are slow, cut off, broken or hostile.</summary>
public sealed class MisbehavingServerTests
{
    [Fact]
    public async Task Nobody_listens()
    {
        var port = FreePort.Find();

        var failed = await Should.ThrowAsync<MySqlConnectionException>(
            () => MySqlSession.ConnectAsync(new MySqlConnectionOptions { Host = "127.0.0.1", Port = port, User = "app", Password = "top secret" }));

        failed.Message.ShouldContain($"127.0.0.1:{port}");
        failed.Message.ShouldContain("refused");
        failed.IsTimeout.ShouldBeFalse();
        failed.ToString().ShouldNotContain("top secret");
    }

    [Fact]
    public async Task The_name_does_not_exist()
    {
        var failed = await Should.ThrowAsync<MySqlConnectionException>(
            () => MySqlSession.GreetAsync("no-such-host.invalid", 3306, TimeSpan.FromSeconds(20)));

        failed.Message.ShouldContain("no-such-host.invalid:3306");
    }

    [Fact]
    public async Task The_socket_does_not_exist() =>
        (await Should.ThrowAsync<MySqlConnectionException>(() => MySqlSession.GreetAsync("/nowhere/mysqld.sock", 0, TimeSpan.FromSeconds(20))))
            .Message.ShouldContain("/nowhere/mysqld.sock");

    [Fact]
    public async Task A_server_that_never_greets_times_out()
    {
        await using var server = new FakeMySqlServer(connection => connection.HangAsync());
        var since = Stopwatch.GetTimestamp();

        var late = await Should.ThrowAsync<MySqlConnectionException>(
            () => MySqlSession.GreetAsync("127.0.0.1", server.Port, TimeSpan.FromMilliseconds(200)));

        late.IsTimeout.ShouldBeTrue();
        late.Message.ShouldContain("0.2 s");
        Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_server_that_greets_byte_by_byte_is_understood()
    {
        await using var server = new FakeMySqlServer(async connection =>
        {
            var greeting = FakeMySqlServer.Greeting("8.0.36");
            foreach (var part in new byte[] { (byte)greeting.Length, 0, 0, 0 }.Concat(greeting))
            {
                await connection.SendRawAsync(part);
                await Task.Yield();
            }

            await connection.HangAsync();
        });

        (await MySqlSession.GreetAsync("127.0.0.1", server.Port, TimeSpan.FromSeconds(20))).Version.ShouldBe("8.0.36");
    }

    [Fact]
    public async Task A_server_that_cuts_the_login_anywhere_is_a_lost_connection()
    {
        var greeting = FakeMySqlServer.Greeting();
        byte[] packet = [(byte)greeting.Length, 0, 0, 0, .. greeting];
        for (var length = 0; length < packet.Length; length++)
        {
            var part = packet[..length];
            await using var server = new FakeMySqlServer(connection => connection.SendRawAsync(part).AsTask());

            (await Should.ThrowAsync<MySqlConnectionException>(() => MySqlSession.ConnectAsync(server.Options))).Message.ShouldContain($"{server.Port}");
        }
    }

    [Fact]
    public async Task Another_protocol_is_told_from_MySql()
    {
        foreach (var text in new[] { "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0\0\0\0\0", "\u0001\0\0\0\u0009" })
        {
            await using var server = new FakeMySqlServer(async connection =>
            {
                await connection.SendRawAsync(Encoding.ASCII.GetBytes(text));
            });

            await Should.ThrowAsync<MySqlProtocolException>(() => MySqlSession.GreetAsync("127.0.0.1", server.Port, TimeSpan.FromSeconds(20)));
        }
    }

    [Fact]
    public async Task A_blocked_host_is_told_what_the_server_says()
    {
        await using var server = new FakeMySqlServer(connection => connection.SendAsync([0xFF, 0x69, 4, .. "Host 'x' is blocked\r\nbecause of many connection errors"u8]).AsTask());

        var blocked = await Should.ThrowAsync<MySqlException>(() => MySqlSession.GreetAsync("127.0.0.1", server.Port, TimeSpan.FromSeconds(20)));

        (blocked.Code, blocked.SqlState).ShouldBe((MySqlErrorCode.HostBlocked, "HY000"));
        blocked.Message.ShouldContain("Host 'x' is blocked  because");
    }

    [Fact]
    public async Task Required_tls_is_not_given_up()
    {
        byte[]? received = null;
        await using var server = new FakeMySqlServer(async connection =>
        {
            await connection.SendAsync(FakeMySqlServer.Greeting(tls: false));
            received = await connection.ReceiveAsync();
        });

        foreach (var mode in new[] { MySqlTlsMode.Required, MySqlTlsMode.VerifyCa, MySqlTlsMode.VerifyFull })
        {
            (await Should.ThrowAsync<MySqlAuthenticationException>(() => MySqlSession.ConnectAsync(server.Options with { Tls = mode })))
                .Message.ShouldContain("offers no TLS");
        }

        received.ShouldBeNull();
    }

    [Fact]
    public async Task Bytes_in_the_clear_are_not_taken_for_a_part_of_tls()
    {
        await using var server = new FakeMySqlServer(async connection =>
        {
            var greeting = FakeMySqlServer.Greeting(tls: true);
            await connection.SendRawAsync([(byte)greeting.Length, 0, 0, 0, .. greeting, 7, 0, 0, 2, .. FakeMySqlServer.Ok]);
            await connection.HangAsync();
        });

        (await Should.ThrowAsync<MySqlProtocolException>(() => MySqlSession.ConnectAsync(server.Options))).Message.ShouldContain("before TLS began");
    }

    [Theory]
    [InlineData("mysql_clear_password", "no TLS")]
    [InlineData("mysql_old_password", "does not speak")]
    [InlineData("dialog", "does not speak")]
    [InlineData("client_ed25519", "challenge")]
    public async Task The_password_does_not_leave_for_whoever_asks(string plugin, string cause)
    {
        byte[]? answer = null;
        await using var server = new FakeMySqlServer(async connection =>
        {
            await connection.SendAsync(FakeMySqlServer.Greeting());
            await connection.ReceiveAsync();
            await connection.SendAsync([0xFE, .. Encoding.ASCII.GetBytes(plugin), 0, .. "12345678901234567890"u8, 0]);
            answer = await connection.ReceiveAsync();
        });

        var refused = await Should.ThrowAsync<MySqlClientException>(() => MySqlSession.ConnectAsync(server.Options));

        refused.Message.ShouldContain(cause);
        refused.ToString().ShouldNotContain("top secret");
        answer.ShouldBeNull();
    }

    [Theory]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")]
    [InlineData("no key at all")]
    [InlineData("")]
    public async Task A_key_that_is_none_ends_the_login(string key)
    {
        await using var server = new FakeMySqlServer(async connection =>
        {
            await connection.SendAsync(FakeMySqlServer.Greeting(plugin: "caching_sha2_password"));
            await connection.ReceiveAsync();
            await connection.SendAsync([1, 4]);
            (await connection.ReceiveAsync()).ShouldBe([2]);
            await connection.SendAsync([1, .. Encoding.ASCII.GetBytes(key)]);
            await connection.HangAsync();
        });

        (await Should.ThrowAsync<MySqlProtocolException>(() => MySqlSession.ConnectAsync(server.Options))).Message.ShouldContain("RSA key");
    }

    [Fact]
    public async Task A_login_without_an_end_is_ended()
    {
        await using var server = new FakeMySqlServer(async connection =>
        {
            await connection.SendAsync(FakeMySqlServer.Greeting());
            while (true)
            {
                await connection.ReceiveAsync();
                await connection.SendAsync([0xFE, .. "mysql_native_password"u8, 0, .. "12345678901234567890"u8, 0]);
            }
        });

        (await Should.ThrowAsync<MySqlProtocolException>(() => MySqlSession.ConnectAsync(server.Options))).Message.ShouldContain("end with the login");
    }

    [Fact]
    public async Task Giant_lengths_do_not_take_memory()
    {
        await using var server = new FakeMySqlServer(async connection =>
        {
            await connection.LetInAsync();
            await connection.ReceiveAsync();
            await connection.SendAsync([1]);
            await connection.SendAsync(FakeMySqlServer.Column("a"));
            await connection.SendAsync(FakeMySqlServer.Eof);
            await connection.SendAsync([0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1, 2, 3]);
            await connection.HangAsync();
        });
        await using var session = await MySqlSession.ConnectAsync(server.Options);
        var before = GC.GetTotalAllocatedBytes(precise: true);

        (await Should.ThrowAsync<MySqlProtocolException>(() => session.QueryAsync("SELECT 1"))).Message.ShouldContain("9223372036854775807");

        (GC.GetTotalAllocatedBytes(precise: true) - before).ShouldBeLessThan(64 << 20);
        session.IsOpen.ShouldBeFalse();
    }

    [Fact]
    public async Task A_greeting_of_megabytes_is_refused_by_its_header()
    {
        await using var server = new FakeMySqlServer(async connection =>
        {
            await connection.SendRawAsync(0xFF, 0xFF, 0xFF, 0);
            await connection.HangAsync();
        });

        (await Should.ThrowAsync<MySqlProtocolException>(() => MySqlSession.ConnectAsync(server.Options))).Message.ShouldContain("more than 65536 bytes");
    }

    [Fact]
    public async Task Results_end_in_either_form()
    {
        foreach (var eof in new[] { true, false })
        {
            await using var server = new FakeMySqlServer(async connection =>
            {
                await connection.LetInAsync(eof);
                await connection.ReceiveAsync();
                await connection.SendAsync([1]);
                await connection.SendAsync(FakeMySqlServer.Column("a"));
                if (eof)
                {
                    await connection.SendAsync(FakeMySqlServer.Eof);
                }

                await connection.SendAsync([1, (byte)'x']);
                await connection.SendAsync([0xFB]);
                await connection.SendAsync(eof ? FakeMySqlServer.Eof : [0xFE, 0, 0, 2, 0, 0, 0]);
                await connection.ReceiveAsync();
            });
            await using var session = await MySqlSession.ConnectAsync(server.Options);

            var result = await session.QueryAsync("SELECT 1");

            result.Rows.Select(row => row["a"]).ShouldBe(["x", null]);
        }
    }

    [Fact]
    public async Task An_error_amid_the_rows_is_the_answer()
    {
        await using var server = new FakeMySqlServer(async connection =>
        {
            await connection.LetInAsync();
            await connection.ReceiveAsync();
            await connection.SendAsync([1]);
            await connection.SendAsync(FakeMySqlServer.Column("a"));
            await connection.SendAsync(FakeMySqlServer.Eof);
            await connection.SendAsync([1, (byte)'x']);
            await connection.SendAsync(FakeMySqlServer.Error(1317, "Query execution was interrupted"));
            await connection.ReceiveAsync();
            await connection.SendAsync(FakeMySqlServer.Ok);
            await connection.ReceiveAsync();
        });
        await using var session = await MySqlSession.ConnectAsync(server.Options);

        (await Should.ThrowAsync<MySqlException>(() => session.QueryAsync("SELECT 1"))).Code.ShouldBe(1317);

        await session.PingAsync();
    }

    [Fact]
    public async Task A_farewell_out_of_turn_is_heard()
    {
        await using var server = new FakeMySqlServer(async connection =>
        {
            await connection.LetInAsync();
            await connection.SendAsync(FakeMySqlServer.Error(4031, "The client was disconnected by the server because of inactivity."), sequence: 0);
            await connection.ReceiveAsync();
        });
        await using var session = await MySqlSession.ConnectAsync(server.Options);

        (await Should.ThrowAsync<MySqlException>(() => session.PingAsync())).Message.ShouldContain("inactivity");
    }

    [Theory]
    [InlineData("out of sequence", new byte[] { 7, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0 })]
    [InlineData("LOCAL", new byte[] { 12, 0, 0, 1, 0xFB, (byte)'/', (byte)'e', (byte)'t', (byte)'c', (byte)'/', (byte)'p', (byte)'a', (byte)'s', (byte)'s', (byte)'w', (byte)'d' })]
    [InlineData("columns", new byte[] { 3, 0, 0, 1, 0xFC, 0xFF, 0xFF })]
    [InlineData("empty", new byte[] { 0, 0, 0, 1 })]
    [InlineData("further result", new byte[] { 7, 0, 0, 1, 0, 0, 0, 10, 0, 0, 0 })]
    public async Task An_answer_against_the_protocol_ends_the_session(string what, byte[] answer)
    {
        await using var server = new FakeMySqlServer(async connection =>
        {
            await connection.LetInAsync();
            await connection.ReceiveAsync();
            await connection.SendRawAsync(answer);
            await connection.HangAsync();
        });
        await using var session = await MySqlSession.ConnectAsync(server.Options);

        var broken = await Should.ThrowAsync<MySqlProtocolException>(() => session.QueryAsync("SELECT 1"), what);

        broken.Message.ShouldContain($"127.0.0.1:{server.Port}");
        session.IsOpen.ShouldBeFalse();
    }

    [Fact]
    public async Task A_server_that_dies_amid_the_rows_is_a_lost_connection()
    {
        await using var server = new FakeMySqlServer(async connection =>
        {
            await connection.LetInAsync();
            await connection.ReceiveAsync();
            await connection.SendAsync([1]);
            await connection.SendAsync(FakeMySqlServer.Column("a"));
            await connection.SendAsync(FakeMySqlServer.Eof);
            await connection.SendAsync([1, (byte)'x']);
        });
        await using var session = await MySqlSession.ConnectAsync(server.Options);

        var lost = await Should.ThrowAsync<MySqlConnectionException>(() => session.QueryAsync("SELECT 1"));

        lost.IsTimeout.ShouldBeFalse();
        lost.Message.ShouldContain("closed the connection");
    }

    [Fact]
    public async Task A_cancelled_command_ends_the_session()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = new FakeMySqlServer(async connection =>
        {
            await connection.LetInAsync();
            await connection.ReceiveAsync();
            await cancel.CancelAsync();
            await connection.HangAsync();
        });
        await using var session = await MySqlSession.ConnectAsync(server.Options);

        await Should.ThrowAsync<OperationCanceledException>(() => session.QueryAsync("SELECT 1", cancel.Token));

        session.IsOpen.ShouldBeFalse();
    }

    [Fact]
    public async Task One_command_at_a_time()
    {
        var go = new TaskCompletionSource();
        await using var server = new FakeMySqlServer(async connection =>
        {
            await connection.LetInAsync();
            await connection.ReceiveAsync();
            await go.Task;
            await connection.SendAsync(FakeMySqlServer.Ok);
            await connection.ReceiveAsync();
        });
        await using var session = await MySqlSession.ConnectAsync(server.Options);

        var first = session.PingAsync();
        await Should.ThrowAsync<InvalidOperationException>(() => session.PingAsync());
        go.SetResult();
        await first;

        session.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public async Task A_user_name_cannot_smuggle_in_another_field()
    {
        await using var server = new FakeMySqlServer(async connection => await connection.LetInAsync());

        await Should.ThrowAsync<ArgumentException>(() => MySqlSession.ConnectAsync(server.Options with { User = "a\0b" }));
    }
}
