using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BackupOperator.TestSupport.Faults;

/// <summary>
/// Stands before a real HTTP/1.1 server on this machine and passes every byte on as it came, host and signature included,
/// except where <see cref="Rule"/> has a fault for a request.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _running = [];
    private readonly int _target;
    private readonly X509Certificate2? _certificate;
    private int _connections;
    private int _ordinal;

    private FaultProxy(int target, X509Certificate2? certificate)
    {
        _target = target;
        _certificate = certificate;
        _listener.Start();
        Endpoint = $"{(certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _ = AcceptAsync();
    }

    public string Endpoint { get; }

    /// <summary>PEM text of the certificate, with TLS.</summary>
    public string Certificate => _certificate?.ExportCertificatePem() ?? "";

    /// <summary>Connections that clients have made.</summary>
    public int Connections => _connections;

    /// <summary>All requests in the order in which they came, with what was done to them.</summary>
    public ConcurrentQueue<ProxiedRequest> Requests { get; } = new();

    /// <summary>Decides on each request; called by many at once.</summary>
    public Func<ProxiedRequest, Fault?> Rule { get; set; } = _ => null;

    /// <param name="port">The server's, on the loopback interface.</param>
    public static FaultProxy Start(int port, bool tls = false) => new(port, tls ? Issue() : null);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await Task.WhenAll(_running.Keys);
        _certificate?.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                var serving = ServeAsync(client);
                _running[serving] = 0;
                _ = serving.ContinueWith(done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        await Task.Yield();
        using (client)
        using (var server = new TcpClient { NoDelay = true })
        {
            try
            {
                client.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                await using var stream = await SecureAsync(client.GetStream());
                var exchange = new ProxiedConnection(new LineStream(stream), new LineStream(server.GetStream()), client.Client, Decide);
                while (await exchange.RunOnceAsync(_stop.Token))
                {
                    // One request after the other.
                }
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
            {
                // One of the two has had enough.
            }
        }
    }

    private Fault? Decide(HttpHead head)
    {
        var line = head.FirstLine.Split(' ');
        var request = new ProxiedRequest(Interlocked.Increment(ref _ordinal), line[0], line[1], head.Headers);
        var fault = Rule(request);
        Requests.Enqueue(request with { Fault = fault });
        return fault;
    }

    private async Task<Stream> SecureAsync(NetworkStream stream)
    {
        if (_certificate is null)
        {
            return stream;
        }

        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
        return secure;
    }

    private static X509Certificate2 Issue()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
