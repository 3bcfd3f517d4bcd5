using System.Net;
using System.Net.Sockets;
using System.Text;
using BackupOperator.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Tests.Http;

/// <summary>Clients here are bare sockets: what a browser would never send is what matters.</summary>
public sealed class HttpServerTests : IAsyncLifetime
{
    private static readonly HttpLimits Limits = new()
    {
        RequestBytes = 1024,
        Connections = 4,
        ReadTimeout = TimeSpan.FromSeconds(1),
        WriteTimeout = TimeSpan.FromSeconds(1),
        ListenRetry = TimeSpan.FromMilliseconds(50),
    };

    private readonly CancellationTokenSource stop = new();
    private readonly byte[] large = new byte[32 * 1024 * 1024];
    private HttpServer server = null!;
    private Task serving = Task.CompletedTask;
    private IPEndPoint address = null!;

    public async ValueTask InitializeAsync()
    {
        server = New(new BindAddress(IPAddress.Loopback, 0));
        serving = server.RunAsync(stop.Token);
        address = await server.Listening;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task A_known_path_is_answered_as_an_http_client_expects()
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri($"http://{address}/ok?verbose"), TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; charset=utf-8");
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe("fine\n");
    }

    [Fact]
    public async Task Head_gives_the_length_and_no_body()
    {
        var answer = await AskAsync("HEAD /ok HTTP/1.1\r\nHost: x\r\n\r\n");
        answer.ShouldContain("Content-Length: 5\r\n");
        answer.ShouldEndWith("\r\n\r\n");
    }

    [Theory]
    [InlineData("GET /nothing HTTP/1.1\r\n\r\n", "404 Not Found")]
    [InlineData("GET /ok/ HTTP/1.1\r\n\r\n", "404 Not Found")]
    [InlineData("POST /ok HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "405 Method Not Allowed")]
    [InlineData("GET /broken HTTP/1.1\r\n\r\n", "500 Internal Server Error")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 Bad Request")]
    [InlineData("GET  /ok HTTP/1.1\r\n\r\n", "400 Bad Request")]
    [InlineData("GET http://other/ok HTTP/1.1\r\n\r\n", "400 Bad Request")]
    [InlineData("\r\n\r\n", "400 Bad Request")]
    [InlineData("\u0016\u0003\u0001\u0000\n\n", "400 Bad Request")]
    [InlineData("GET /ok HTTP/1.0\n\n", "200 OK")]
    public async Task Every_request_gets_the_status_it_deserves(string request, string status) =>
        (await AskAsync(request)).ShouldStartWith($"HTTP/1.1 {status}\r\n");

    [Fact]
    public async Task A_request_that_is_too_long_is_refused_and_the_client_can_read_that()
    {
        var answer = await AskAsync($"GET /ok HTTP/1.1\r\nX: {new string('a', 20_000)}\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 431 ");
        answer.ShouldContain("1024 bytes");
    }

    [Fact]
    public async Task A_client_that_does_not_finish_its_request_is_told_so_and_left()
    {
        using var slow = await ConnectAsync();
        await slow.SendAsync("GET /ok HT"u8.ToArray(), TestContext.Current.CancellationToken);
        (await ReadAsync(slow)).ShouldStartWith("HTTP/1.1 408 ");
    }

    [Fact]
    public async Task Clients_that_hang_about_shut_nobody_out()
    {
        var idlers = new List<Socket>();
        for (var i = 0; i < 20; i++)
        {
            idlers.Add(await ConnectAsync());
        }

        using var reader = await ConnectAsync();
        await reader.SendAsync("GET /large HTTP/1.1\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var clock = System.Diagnostics.Stopwatch.StartNew();

        (await AskAsync("GET /ok HTTP/1.1\r\n\r\n")).ShouldStartWith("HTTP/1.1 200 ");

        clock.Elapsed.ShouldBeLessThan(Limits.ReadTimeout);
        idlers.ForEach(i => i.Dispose());
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_answer_is_left()
    {
        using var reader = await ConnectAsync();
        await reader.SendAsync("GET /large HTTP/1.1\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await Task.Delay(Limits.WriteTimeout * 2, TestContext.Current.CancellationToken);

        var left = 0;
        try
        {
            left = (await ReadAsync(reader)).Length;
        }
        catch (SocketException)
        {
            // Reset.
        }

        left.ShouldBeLessThan(large.Length);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_tried_until_it_is_free()
    {
        var blocker = new TcpListener(IPAddress.Loopback, 0);
        blocker.Start();
        var second = New(new BindAddress(IPAddress.Loopback, ((IPEndPoint)blocker.LocalEndpoint).Port));
        using var end = new CancellationTokenSource();
        var running = second.RunAsync(end.Token);
        await Task.Delay(Limits.ListenRetry * 3, TestContext.Current.CancellationToken);
        second.Listening.IsCompleted.ShouldBeFalse();
        running.IsCompleted.ShouldBeFalse();

        blocker.Dispose();

        (await second.Listening.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Address.ShouldBe(IPAddress.Loopback);
        await end.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_bare_port_is_every_address_of_the_machine()
    {
        var all = New(BindAddress.Parse(":0")!);
        using var end = new CancellationTokenSource();
        var running = all.RunAsync(end.Token);
        var port = (await all.Listening).Port;
        using var client = new HttpClient();
        (await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/ok"), TestContext.Current.CancellationToken)).ShouldBe("fine\n");
        await end.CancelAsync();
        await running;
    }

    [Theory]
    [InlineData(":8080", ":8080")]
    [InlineData("127.0.0.1:80", "127.0.0.1:80")]
    [InlineData("localhost:80", "127.0.0.1:80")]
    [InlineData("[::1]:80", "[::1]:80")]
    [InlineData("8080", null)]
    [InlineData(":", null)]
    [InlineData(":65536", null)]
    [InlineData("::1:80", null)]
    [InlineData("example.com:80", null)]
    [InlineData(":-1", null)]
    public void Addresses_are_read_or_refused(string text, string? read) => BindAddress.Parse(text)?.ToString().ShouldBe(read);

    private HttpServer New(BindAddress at) => new(
        at,
        new Dictionary<string, Func<HttpReply>>
        {
            ["/ok"] = () => HttpReply.Text(200, "fine"),
            ["/large"] = () => new HttpReply(200, large),
            ["/broken"] = () => throw new InvalidOperationException("broken"),
        },
        Limits,
        TimeProvider.System,
        NullLogger<HttpServer>.Instance);

    private async Task<string> AskAsync(string request)
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        return await ReadAsync(socket);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(address, TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await socket.ReceiveAsync(buffer.AsMemory(), timeout.Token)) > 0)
        {
            all.Write(buffer, 0, read);
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }
}
