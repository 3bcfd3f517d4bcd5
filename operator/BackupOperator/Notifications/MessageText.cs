using System.Globalization;
using System.Text.RegularExpressions;

namespace BackupOperator.Notifications;

/// <summary>
/// The words of a notification. A template is text with names in braces: {kind} {severity} {namespace} {target} {resource}
/// {reason} {message} {runbook} {time} {more}; what it does not know it leaves as it is. Pure.
/// </summary>
internal static partial class MessageText
{
    public const string Title = "{kind}: {namespace}/{target}";
    public const string Body = "{resource}: {reason}: {message}{more}{runbook}";

    public static string Render(string template, Outgoing outgoing)
    {
        var n = outgoing.Notification;
        return Name().Replace(template, match => match.Groups[1].Value switch
        {
            "kind" => Words(n.Kind),
            "severity" => n.Severity,
            "namespace" => n.Namespace,
            "target" => n.Target,
            "resource" => n.Resource,
            "reason" => n.Reason,
            "message" => n.Message,
            "runbook" => n.Runbook is null ? "" : $"\n{n.Runbook}",
            "time" => n.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            "more" => outgoing.HeldBack == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" (and {outgoing.HeldBack} more like it since the last message)"),
            _ => match.Value,
        });
    }

    /// <summary>What stands above several notifications.</summary>
    public static string Heading(IReadOnlyList<Outgoing> batch, string title) => batch.Count == 1
        ? Render(title, batch[0])
        : string.Create(CultureInfo.InvariantCulture, $"{batch.Count} notifications: ") + string.Join(", ", batch.Select(o => Words(o.Notification.Kind)).Distinct());

    private static string Words(NotificationKind kind) => kind switch
    {
        NotificationKind.BackupFailed => "Backup failed",
        NotificationKind.RestoreFailed => "Restore failed",
        NotificationKind.VerificationFailed => "Verification failed",
        NotificationKind.BackupMissed => "Backup missed",
        NotificationKind.DatabaseLeftStopped => "Database left stopped",
        NotificationKind.BackupRecovered => "Backups are good again",
        NotificationKind.DatabaseRestored => "Database runs again",
        _ => kind.ToString(),
    };

    [GeneratedRegex(@"\{([a-z]+)\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
