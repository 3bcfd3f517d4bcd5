using System.Net.Mail;
using System.Text.Json;
using System.Text.Json.Serialization;
using BackupOperator.Core.Durations;

namespace BackupOperator.Notifications;

/// <summary>Reads and checks the settings of notifications.</summary>
internal static class NotificationFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
    };

    /// <exception cref="FormatException">What is wrong, and in which receiver.</exception>
    public static NotificationSettings Read(string file)
    {
        try
        {
            var settings = JsonSerializer.Deserialize<NotificationSettings>(File.ReadAllText(file), Options) ?? new NotificationSettings();
            return Problem(settings) is { } problem ? throw new FormatException($"{file}: {problem}") : settings;
        }
        catch (JsonException e)
        {
            throw new FormatException($"{file}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{file} cannot be read: {e.Message}", e);
        }
    }

    private static string? Problem(NotificationSettings settings)
    {
        foreach (var (name, value) in new[] { ("cooldown", settings.Cooldown), ("groupWait", settings.GroupWait), ("giveUpAfter", settings.GiveUpAfter) })
        {
            if (!DurationText.TryParse(value, out _))
            {
                return $"{name}: {value} is no duration such as 30s or 1h";
            }
        }

        var names = settings.Receivers.Select(r => r.Name).ToList();
        return names.Exists(string.IsNullOrWhiteSpace) ? "every receiver needs a name"
            : names.Distinct(StringComparer.Ordinal).Count() < names.Count ? "two receivers have the same name"
            : settings.Receivers.Select(Problem).FirstOrDefault(p => p is not null);
    }

    private static string? Problem(ReceiverSettings receiver)
    {
        var problem = (receiver.Webhook, receiver.Slack, receiver.Email) switch
        {
            ({ } webhook, null, null) => webhook.Url?.IsSet == true ? null : "webhook.url is missing",
            (null, { } slack, null) => slack.Url?.IsSet == true ? null : "slack.url is missing",
            (null, null, { } email) => Problem(email),
            _ => "give one of webhook, slack and email",
        };
        return problem is null ? null : $"receiver {receiver.Name}: {problem}";
    }

    private static string? Problem(EmailSettings email) =>
        email.Host.Length == 0 ? "email.host is missing"
        : email.Port is < 1 or > 65535 ? "email.port must be from 1 to 65535"
        : !MailAddress.TryCreate(email.From, out _) ? "email.from is no address"
        : email.To.Count == 0 || email.To.Any(to => !MailAddress.TryCreate(to, out _)) ? "email.to needs addresses"
        : email.Username?.IsSet == true && !email.StartTls ? "email.username without startTls would send the password in clear"
        : null;
}
