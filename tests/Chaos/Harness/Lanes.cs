using BackupOperator.Chaos.Checks;

namespace BackupOperator.Chaos.Harness;

/// <summary>The lanes of a world.</summary>
internal sealed class Lanes : IAsyncDisposable
{
    private Lanes(IReadOnlyList<Lane> all) => All = all;

    public IReadOnlyList<Lane> All { get; }

    /// <param name="furnish">Is given a data directory before anything is backed up; all others are copies of it.</param>
    public static async Task<Lanes> StartAsync(World world, int count, Action<string>? furnish, CancellationToken cancellationToken)
    {
        var first = await Lane.StartFirstAsync(world, "lane-1", furnish, cancellationToken);
        var others = await RestoredBackup.KeepAsync(first, first.Base.Path, digest: null, data => Task.WhenAll(Enumerable.Range(2, count - 1).Select(number =>
            Lane.StartFromAsync(world, number, string.Create(CultureInfo.InvariantCulture, $"lane-{number}"), first.Base, data, cancellationToken))));
        return new Lanes([first, .. others]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in All)
        {
            await lane.DisposeAsync();
        }
    }
}
