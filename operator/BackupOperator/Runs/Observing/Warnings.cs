namespace BackupOperator.Runs;

/// <summary>Finds the last warning about an object.</summary>
internal static class Warnings
{
    private const int LongestMessage = 300;

    /// <param name="reason">Only those of this reason; null for any.</param>
    public static async Task<string?> LastAsync(IKubernetesClient client, IKubernetesObject about, string? reason, CancellationToken cancellationToken)
    {
        var query = new ListQuery(FieldSelector: $"involvedObject.uid={about.Metadata.Uid},type=Warning" + (reason is null ? "" : $",reason={reason}"), Limit: 50);
        var events = await client.ListAsync<V1Event>(about.Metadata.Namespace, query, cancellationToken);
        return events.Items.MaxBy(e => e.LastTimestamp ?? e.EventTime ?? e.FirstTimestamp)?.Message is { } message
            ? message.Length > LongestMessage ? message[..LongestMessage] + "…" : message
            : null;
    }
}
