namespace BackupOperator.Notifications;

/// <summary>
/// What waits to be sent to one receiver. The same problem of the same target is told once within the cool-down; what was
/// held back is counted, and told with the next one. The end of a problem is always told, and ends its cool-down.
/// Not safe for concurrent use.
/// </summary>
internal sealed class Outbox(TimeSpan cooldown)
{
    /// <summary>Beyond it the oldest are dropped: a receiver that is away for days is not to fill the memory.</summary>
    public const int Capacity = 500;

    private readonly Dictionary<(NotificationKind Kind, string Namespace, string Target), Told> told = [];
    private readonly Queue<Outgoing> waiting = new();

    private sealed record Told(DateTimeOffset At, int HeldBack);

    public int Dropped { get; private set; }

    public int Count => waiting.Count;

    /// <returns>Whether there is something new to send.</returns>
    public bool Add(Notification notification)
    {
        foreach (var (kind, key) in notification.Ends.Select(kind => (kind, Key(notification with { Kind = kind }))))
        {
            told.Remove(key);
        }

        var own = Key(notification);
        var before = told.GetValueOrDefault(own);
        if (!notification.IsRecovery && before is not null && notification.At - before.At < cooldown)
        {
            told[own] = before with { HeldBack = before.HeldBack + 1 };
            return false;
        }

        told[own] = new Told(notification.At, HeldBack: 0);
        Forget(notification.At);
        waiting.Enqueue(new Outgoing(notification, before?.HeldBack ?? 0));
        if (waiting.Count > Capacity)
        {
            waiting.Dequeue();
            Dropped++;
        }

        return true;
    }

    /// <summary>Takes what waits, the oldest first.</summary>
    public IReadOnlyList<Outgoing> Take(int most)
    {
        var batch = new List<Outgoing>();
        while (batch.Count < most && waiting.TryDequeue(out var next))
        {
            batch.Add(next);
        }

        return batch;
    }

    private static (NotificationKind Kind, string Namespace, string Target) Key(Notification n) => (n.Kind, n.Namespace, n.Target);

    private void Forget(DateTimeOffset now)
    {
        foreach (var old in told.Where(t => t.Value.HeldBack == 0 && now - t.Value.At > cooldown).Select(t => t.Key).ToList())
        {
            told.Remove(old);
        }
    }
}

/// <param name="HeldBack">How many more of the same were not sent since the one before.</param>
internal sealed record Outgoing(Notification Notification, int HeldBack);
