using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupOperator.Notifications.Receivers;

/// <summary>Posts to an incoming webhook of Slack, or of what speaks like it (Mattermost, Rocket.Chat).</summary>
/// <remarks>https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and …/formatting-message-text for the escapes.</remarks>
internal sealed class SlackReceiver(string name, SlackSettings settings, HttpClient http, TimeProvider time) : IReceiver
{
    /// <summary>Slack cuts longer texts off.</summary>
    private const int Longest = 3000;

    public string Name => name;

    public Task SendAsync(string id, IReadOnlyList<Outgoing> batch, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["text"] = Text(batch) });
        return JsonPost.SendAsync(http, settings.Url!.Read(), body, [], time, cancellationToken);
    }

    private string Text(IReadOnlyList<Outgoing> batch)
    {
        var text = new StringBuilder();
        foreach (var outgoing in batch)
        {
            var n = outgoing.Notification with { Runbook = null };
            text.Append(n.Severity switch { "critical" => ":rotating_light: ", "error" => ":x: ", "warning" => ":warning: ", _ => ":white_check_mark: " })
                .Append('*').Append(Escape(MessageText.Render(settings.Title ?? MessageText.Title, outgoing))).Append("*\n")
                .Append(Escape(MessageText.Render(settings.Text ?? MessageText.Body, outgoing with { Notification = n }))).Append('\n');
            if (outgoing.Notification.Runbook is { } runbook)
            {
                text.Append("```").Append(Escape(runbook)).Append("```\n");
            }
        }

        var whole = text.ToString().TrimEnd();
        return whole.Length > Longest ? whole[..Longest] + "…" : whole;
    }

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
