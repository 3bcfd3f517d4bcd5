using System.Security.Cryptography;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.Archive.Writing;

namespace BackupOperator.Archive.Tests.Commits;

/// <summary>No manifest names what is not there.</summary>
public sealed class LastLookTests : IDisposable
{
    private readonly Chain _chain = new();
    private readonly Random _random = new(11);

    public LastLookTests()
    {
        DataDirectory.Fill(_chain.Source, _random, largeMegabytes: 3);
        var keys = _chain.Sub("keys");
        File.WriteAllBytes(Path.Combine(keys, "key"), RandomNumberGenerator.GetBytes(32));
        _chain.Keys = WrappingKeys.Load(keys, "key");
    }

    public void Dispose() => _chain.Dispose();

    [Theory]
    [InlineData("full", "packs/00000.pack", true)]
    [InlineData("full", "packs/00000.pack", false)]
    [InlineData("full", "key.json", true)]
    [InlineData("full", "key.json", false)]
    public async Task What_is_lost_before_the_manifest_is_stored_again_by_the_next_attempt(string folder, string name, bool isGone)
    {
        var error = await LoseAsync(folder, null, $"{folder}/{name}", isGone);
        error.Failure.ShouldBe(StorageFailure.Lost, error.Message);
        error.Message.ShouldContain(name);
        error.Message.ShouldContain("stores again");
        if (name == "key.json" && !isGone)
        {
            // Nobody but its owner can say what it was; it is for a person to look at.
            return;
        }

        await _chain.WriteAsync(folder);
        await _chain.ShouldHoldAsync(folder, DataDirectory.Describe(_chain.Source));
    }

    [Theory]
    [InlineData("packs/00000.pack")]
    [InlineData("key.json")]
    public async Task What_an_ancestor_has_lost_is_named_and_makes_no_backup(string name)
    {
        await _chain.WriteAsync("full");
        _chain.ChangePages("shop/orders.ibd", _random, 3);
        await _chain.WriteAsync("inc1", "full");
        _chain.ChangePages("shop/orders.ibd", _random, 3);
        var error = await LoseAsync("inc2", await _chain.OpenParentAsync("inc1"), $"full/{name}", isGone: true);
        error.Failure.ShouldBe(StorageFailure.Lost, error.Message);
        error.Message.ShouldContain($"full/{name}");
        error.Message.ShouldContain("no backup can build on");

        // Without a parent, as the one who chooses parents does then.
        await _chain.WriteAsync("inc2");
        await _chain.ShouldHoldAsync("inc2", DataDirectory.Describe(_chain.Source));
    }

    [Fact]
    public async Task A_key_that_was_wrapped_anew_meanwhile_is_no_loss()
    {
        var folder = _chain.Sub("keys");
        File.WriteAllBytes(Path.Combine(folder, "new"), RandomNumberGenerator.GetBytes(32));
        var both = WrappingKeys.Load(folder, "new");
        await using var writer = await ArchiveWriter.OpenAsync(_chain.Store, "full", _chain.Options("full"));
        await writer.RunPassAsync(databaseStopped: true);
        await WrappedKeys.RewrapAsync(_chain.Store, "full", both);
        await writer.FinishAsync(new ManifestFacts());
        _chain.Keys = both;
        await _chain.ShouldHoldAsync("full", DataDirectory.Describe(_chain.Source));
    }

    private async Task<StorageException> LoseAsync(string path, ArchiveParent? parent, string key, bool isGone)
    {
        var store = new LosingStore(_chain.Store, isGone ? () => File.Delete(Path.Combine(_chain.StoreFolder, key)) : () => File.WriteAllText(Path.Combine(_chain.StoreFolder, key), "another"));
        await using var writer = await ArchiveWriter.OpenAsync(store, path, _chain.Options(path) with { Parent = parent });
        await writer.RunPassAsync(databaseStopped: true);
        store.IsDue = true;
        var error = await Should.ThrowAsync<StorageException>(() => writer.FinishAsync(new ManifestFacts()));
        (await _chain.Store.FindAsync(ArchiveFormat.ManifestKey(path))).ShouldBeNull();
        return error;
    }

    /// <summary>Loses something just before the packs are looked at.</summary>
    private sealed class LosingStore(IObjectStore inner, Action lose) : StoreWrapper(inner)
    {
        private readonly Lock _gate = new();

        public bool IsDue { get; set; }

        public override Task<ObjectInfo?> FindAsync(string key, CancellationToken cancellationToken = default)
        {
            lock (_gate)
            {
                if (IsDue && key.EndsWith(".pack", StringComparison.Ordinal))
                {
                    IsDue = false;
                    lose();
                }
            }

            return base.FindAsync(key, cancellationToken);
        }
    }
}
