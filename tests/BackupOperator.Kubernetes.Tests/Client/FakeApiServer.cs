using System.Collections.Concurrent;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Kubernetes.Configuration.Credentials;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Kubernetes.Tests.Client;

/// <summary>An HTTP server whose answers a test writes, and which remembers what it was asked.</summary>
public sealed class FakeApiServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeApiServer(WebApplication app, Uri host)
    {
        this.app = app;
        Host = host;
    }

    public Uri Host { get; }

    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    public static async Task<FakeApiServer> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.AddServerHeader = false);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        FakeApiServer? server = null;
        web.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            server!.Requests.Enqueue(new(
                context.Request.Method,
                context.Request.Path + context.Request.QueryString.Value,
                context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                await body.ReadToEndAsync()));
            await answer(context, server.Requests.Count);
        });
        await web.StartAsync();
        var address = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server = new(web, new Uri(address));
    }

    public KubernetesClient Client(
        KubernetesClientOptions? options = null, TimeProvider? time = null, ICredentialSource? credentials = null) =>
        new(
            new() { Host = Host, Credentials = credentials ?? StaticCredentials.None },
            options ?? Fast,
            time,
            new Random(1));

    public static KubernetesClientOptions Fast { get; } = new() { RetryDelay = TimeSpan.FromMilliseconds(1) };

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }
}

public sealed record SeenRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

public static class HttpContextExtensions
{
    public static async Task AnswerAsync(this HttpContext context, string json, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(json);
    }

    public static Task AnswerStatusAsync(this HttpContext context, int code, string reason, string message = "no") =>
        context.AnswerAsync($$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{{message}}","reason":"{{reason}}","code":{{code}}}""", code);

    public static async Task StreamAsync(this HttpContext context, params string[] lines)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "application/json";
        }

        foreach (var line in lines)
        {
            await context.Response.WriteAsync(line + "\n");
            await context.Response.Body.FlushAsync();
        }
    }
}
