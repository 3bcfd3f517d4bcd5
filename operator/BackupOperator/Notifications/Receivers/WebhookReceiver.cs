using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupOperator.Notifications.Receivers;

/// <summary>
/// Posts the notifications as JSON, signed as the Standard Webhooks specification says
/// (https://github.com/standard-webhooks/standard-webhooks): headers webhook-id, webhook-timestamp and webhook-signature,
/// the last one <c>v1,</c> and the Base64 of the HMAC-SHA256 of <c>id.timestamp.body</c>.
/// </summary>
internal sealed class WebhookReceiver(string name, WebhookSettings settings, HttpClient http, TimeProvider time) : IReceiver
{
    public string Name => name;

    public Task SendAsync(string id, IReadOnlyList<Outgoing> batch, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["version"] = 1,
            ["notifications"] = new JsonArray([.. batch.Select(Describe)]),
        });
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        List<KeyValuePair<string, string>> headers = [new("webhook-id", id), new("webhook-timestamp", timestamp)];
        if (settings.Secret?.Read() is { } secret)
        {
            headers.Add(new("webhook-signature", Sign(secret, id, timestamp, body)));
        }

        return JsonPost.SendAsync(http, settings.Url!.Read(), body, headers, time, cancellationToken);
    }

    /// <param name="secret">As it is, or the Base64 of a key after <c>whsec_</c>.</param>
    public static string Sign(string secret, string id, string timestamp, byte[] body)
    {
        const string Prefix = "whsec_";
        var key = secret.StartsWith(Prefix, StringComparison.Ordinal) ? Convert.FromBase64String(secret[Prefix.Length..]) : Encoding.UTF8.GetBytes(secret);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }

    private JsonObject Describe(Outgoing outgoing)
    {
        var n = outgoing.Notification;
        return new JsonObject
        {
            ["kind"] = n.Kind.ToString(),
            ["severity"] = n.Severity,
            ["namespace"] = n.Namespace,
            ["target"] = n.Target,
            ["resource"] = n.Resource,
            ["reason"] = n.Reason,
            ["message"] = n.Message,
            ["runbook"] = n.Runbook,
            ["time"] = n.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["heldBack"] = outgoing.HeldBack,
            ["title"] = MessageText.Render(settings.Title ?? MessageText.Title, outgoing),
            ["text"] = MessageText.Render(settings.Text ?? MessageText.Body, outgoing),
        };
    }
}
