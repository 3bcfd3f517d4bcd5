namespace BackupOperator.Chaos.Harness;

/// <summary>The lanes of a world.</summary>
internal sealed class Lanes : IAsyncDisposable
{
    private Lanes(IReadOnlyList<Lane> all) => All = all;

    public IReadOnlyList<Lane> All { get; }

    /// <param name="furnish">Is given each data directory before anything is backed up.</param>
    public static async Task<Lanes> StartAsync(World world, int count, Action<string>? furnish, CancellationToken cancellationToken) =>
        new(await Task.WhenAll(Enumerable.Range(1, count).Select(number =>
            Lane.StartAsync(world, number, string.Create(CultureInfo.InvariantCulture, $"lane-{number}"), furnish, cancellationToken))));

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in All)
        {
            await lane.DisposeAsync();
        }
    }
}
