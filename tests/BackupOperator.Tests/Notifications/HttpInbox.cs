using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Tests.Notifications;

/// <summary>Keeps what is posted to it.</summary>
internal sealed class HttpInbox : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly Task loop;
    private int refusals;

    /// <param name="refusals">The first so many posts are answered with 503.</param>
    public HttpInbox(int refusals = 0)
    {
        this.refusals = refusals;
        var port = FreePort.Find();
        Url = $"http://127.0.0.1:{port}/hook";
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        loop = Task.Run(LoopAsync);
    }

    public string Url { get; }

    public ConcurrentQueue<Post> Posts { get; } = new();

    public sealed record Post(Dictionary<string, string?> Headers, byte[] Body, int Answer)
    {
        public JsonNode Json => JsonNode.Parse(Body)!;
    }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await loop;
    }

    private async Task LoopAsync()
    {
        while (true)
        {
            try
            {
                var context = await listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                context.Response.StatusCode = refusals-- > 0 ? 503 : 204;
                Posts.Enqueue(new Post(
                    context.Request.Headers.AllKeys.OfType<string>().ToDictionary(k => k, k => context.Request.Headers[k], StringComparer.OrdinalIgnoreCase),
                    body.ToArray(), context.Response.StatusCode));
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }
}
