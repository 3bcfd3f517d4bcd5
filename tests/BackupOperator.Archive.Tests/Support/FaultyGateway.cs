using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Archive.Tests.Support;

/// <summary>Stands before a real S3 gateway, passes requests on, and spoils some of them.</summary>
internal sealed class FaultyGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly ConcurrentQueue<Func<HttpContext, Func<Task>, Task<bool>>> _faults = new();
    private int _connections;

    private FaultyGateway(WebApplication app) => _app = app;

    public string Endpoint { get; private set; } = "";

    /// <summary>PEM text of the certificate, with TLS.</summary>
    public string Certificate { get; private init; } = "";

    /// <summary>Method and query of every request.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public int Connections => _connections;

    public static async Task<FaultyGateway> StartAsync(string target, bool tls = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        using var key = RSA.Create(2048);
        using var certificate = Issue(key);
        FaultyGateway? gateway = null;
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Use(next => async connection =>
                {
                    Interlocked.Increment(ref gateway!._connections);
                    await next(connection);
                });
                if (tls)
                {
                    listen.UseHttps(X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null));
                }
            });
        });
        if (tls)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var app = builder.Build();
        gateway = new FaultyGateway(app) { Certificate = certificate.ExportCertificatePem() };
        app.Run(context => gateway.HandleAsync(context, target));
        await app.StartAsync();
        gateway.Endpoint = app.Urls.First();
        return gateway;
    }

    /// <summary>The next request that the condition holds for is answered like this instead, without being passed on.</summary>
    public void Answer(Func<HttpRequest, bool> condition, int status, string code, string? retryAfter = null) => _faults.Enqueue(async (context, _) =>
    {
        if (!condition(context.Request))
        {
            return false;
        }

        await context.Request.Body.CopyToAsync(Stream.Null);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        if (retryAfter is not null)
        {
            context.Response.Headers.RetryAfter = retryAfter;
        }

        await context.Response.WriteAsync($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>as the test wants</Message></Error>");
        return true;
    });

    /// <summary>The next request that the condition holds for is done, but its connection is cut instead of an answer.</summary>
    public void LoseAnswer(Func<HttpRequest, bool> condition) => _faults.Enqueue(async (context, pass) =>
    {
        if (!condition(context.Request))
        {
            return false;
        }

        var real = context.Features.Get<IHttpResponseBodyFeature>()!;
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        await pass();
        context.Features.Set(real);
        context.Abort();
        return true;
    });

    /// <summary>Of the answer to the next request that the condition holds for, only the first bytes arrive.</summary>
    public void CutAnswer(Func<HttpRequest, bool> condition, int after) => _faults.Enqueue(async (context, pass) =>
    {
        if (!condition(context.Request))
        {
            return false;
        }

        var real = context.Features.Get<IHttpResponseBodyFeature>()!;
        var body = new MemoryStream();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body));
        await pass();
        context.Features.Set(real);
        await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, Math.Min(after, (int)body.Length)));
        await context.Response.Body.FlushAsync();
        context.Abort();
        return true;
    });

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task HandleAsync(HttpContext context, string target)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.QueryString}");
        for (var i = _faults.Count; i > 0 && _faults.TryDequeue(out var fault); i--)
        {
            if (await fault(context, () => PassAsync(context, target)))
            {
                return;
            }

            _faults.Enqueue(fault);
        }

        await PassAsync(context, target);
    }

    // The host stays as the client signed it.
    private async Task PassAsync(HttpContext context, string target)
    {
        var from = context.Request;
        var raw = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        using var request = new HttpRequestMessage(new HttpMethod(from.Method), new Uri(target + raw, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (from.ContentLength > 0)
        {
            request.Content = new StreamContent(from.Body);
        }

        foreach (var (name, values) in from.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        context.Response.Headers.Remove("Transfer-Encoding");
        if (from.Method != "HEAD")
        {
            await response.Content.CopyToAsync(context.Features.Get<IHttpResponseBodyFeature>()!.Stream);
        }
    }

    private static X509Certificate2 Issue(RSA key)
    {
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
