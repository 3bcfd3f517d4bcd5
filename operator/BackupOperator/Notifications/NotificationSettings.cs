namespace BackupOperator.Notifications;

/// <summary>Who is told of what; the file of <c>--notifications</c>.</summary>
internal sealed record NotificationSettings
{
    /// <summary>The same problem of the same target is told once in this time.</summary>
    public string Cooldown { get; init; } = "1h";

    /// <summary>What happens within this time goes into one message.</summary>
    public string GroupWait { get; init; } = "10s";

    /// <summary>How long a message is tried to be sent.</summary>
    public string GiveUpAfter { get; init; } = "6h";

    public IReadOnlyList<ReceiverSettings> Receivers { get; init; } = [];
}

/// <summary>One of <see cref="Webhook"/>, <see cref="Slack"/> and <see cref="Email"/>.</summary>
internal sealed record ReceiverSettings
{
    public string Name { get; init; } = "";

    /// <summary>Empty for all.</summary>
    public IReadOnlyList<NotificationKind> Kinds { get; init; } = [];

    /// <summary>Empty for all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public WebhookSettings? Webhook { get; init; }

    public SlackSettings? Slack { get; init; }

    public EmailSettings? Email { get; init; }

    public bool Wants(Notification notification) =>
        (Kinds.Count == 0 || Kinds.Contains(notification.Kind)) && (Namespaces.Count == 0 || Namespaces.Contains(notification.Namespace, StringComparer.Ordinal));
}

internal sealed record WebhookSettings
{
    public SecretText? Url { get; init; }

    /// <summary>The key of the signature; unsigned without it.</summary>
    public SecretText? Secret { get; init; }

    public string? Title { get; init; }

    public string? Text { get; init; }
}

internal sealed record SlackSettings
{
    public SecretText? Url { get; init; }

    public string? Title { get; init; }

    public string? Text { get; init; }
}

internal sealed record EmailSettings
{
    public string Host { get; init; } = "";

    public int Port { get; init; } = 587;

    public bool StartTls { get; init; } = true;

    public string From { get; init; } = "";

    public IReadOnlyList<string> To { get; init; } = [];

    public SecretText? Username { get; init; }

    public SecretText? Password { get; init; }

    public string? Title { get; init; }

    public string? Text { get; init; }
}
