namespace BackupOperator.Notifications.Receivers;

/// <summary>Carries a batch to its readers, in one message.</summary>
internal interface IReceiver
{
    string Name { get; }

    /// <param name="id">The same for every try to send this batch.</param>
    /// <exception cref="DeliveryException">It did not arrive.</exception>
    Task SendAsync(string id, IReadOnlyList<Outgoing> batch, CancellationToken cancellationToken);
}

/// <summary>A message that did not arrive. Its words hold no address: addresses of webhooks are secrets.</summary>
/// <param name="final">Another try cannot help.</param>
/// <param name="retryAfter">What the receiver asked for.</param>
internal sealed class DeliveryException(string message, bool final = false, TimeSpan? retryAfter = null) : Exception(message)
{
    public bool Final { get; } = final;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}
