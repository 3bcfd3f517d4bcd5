using System.Diagnostics.Metrics;
using BackupOperator.Core.Durations;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Notifications.Receivers;

namespace BackupOperator.Notifications;

/// <summary>Hands notifications to the receivers that want them. Each has a queue of its own: one that is away delays nobody.</summary>
internal sealed class Notifier : INotifier, IAsyncDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly IReadOnlyList<(ReceiverSettings Settings, ReceiverQueue Queue)> queues;

    public Notifier(NotificationSettings settings, Meter meter, TimeProvider time, Random random, ILogger<Notifier> logger)
    {
        var sent = meter.CreateCounter<long>("mysqlbackup_notifications_total", description: "Messages with notifications: sent, failed (to be tried again) or lost.");
        var jitter = new Jitter(random);
        queues =
        [
            .. settings.Receivers.Select(r => (r, new ReceiverQueue(
                Receiver(r, time), DurationText.Parse(settings.Cooldown), DurationText.Parse(settings.GroupWait), DurationText.Parse(settings.GiveUpAfter),
                time, jitter, sent, logger))),
        ];
    }

    public void Notify(Notification notification)
    {
        foreach (var (_, queue) in queues.Where(q => q.Settings.Wants(notification)))
        {
            queue.Add(notification);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(queues.Select(q => q.Queue.DisposeAsync().AsTask()));
        http.Dispose();
    }

    private IReceiver Receiver(ReceiverSettings settings, TimeProvider time) => settings switch
    {
        { Webhook: { } webhook } => new WebhookReceiver(settings.Name, webhook, http, time),
        { Slack: { } slack } => new SlackReceiver(settings.Name, slack, http, time),
        _ => new EmailReceiver(settings.Name, settings.Email!),
    };
}
