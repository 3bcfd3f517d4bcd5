using BackupOperator.Chaos.Harness;

namespace BackupOperator.Chaos.Tests;

/// <summary>One world for all tests of a class: a cluster, an operator, a store, and a few targets.</summary>
public sealed class TestWorld : IAsyncLifetime
{
    private const int Count = 3;
    private World? _world;
    private Lanes? _lanes;

    internal World World => _world!;

    internal IReadOnlyList<Lane> Lanes => _lanes!.All;

    public async ValueTask InitializeAsync()
    {
        _world = await World.StartAsync(Count, Programs.Built, CancellationToken.None);
        _lanes = await Harness.Lanes.StartAsync(_world, Count, furnish: null, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_lanes is not null)
        {
            await _lanes.DisposeAsync();
        }

        if (_world is not null)
        {
            await _world.DisposeAsync();
        }
    }
}
