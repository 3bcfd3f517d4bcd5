namespace BackupOperator.Runs;

/// <summary>Finds the last warning about a pod, such as a Secret that is not there to be mounted.</summary>
internal static class PodTroubles
{
    private const int LongestMessage = 300;

    public static async Task<string?> FindAsync(IKubernetesClient client, IKubernetesObject about, CancellationToken cancellationToken)
    {
        var query = new ListQuery(FieldSelector: $"involvedObject.uid={about.Metadata.Uid},type=Warning", Limit: 50);
        var events = await client.ListAsync<V1Event>(about.Metadata.Namespace, query, cancellationToken);
        return events.Items.MaxBy(e => e.LastTimestamp ?? e.EventTime ?? e.FirstTimestamp)?.Message is { } message
            ? message.Length > LongestMessage ? message[..LongestMessage] + "…" : message
            : null;
    }
}
