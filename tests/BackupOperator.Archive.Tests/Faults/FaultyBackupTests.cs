using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.TestSupport.Faults;

namespace BackupOperator.Archive.Tests.Faults;

/// <summary>Whole backups, verifications and restores while the store fails now and then.</summary>
public sealed class FaultyBackupTests(RgwFixture rgw) : FaultTest(rgw)
{
    private static readonly Fault[] All =
    [
        new Fault.Answer(500, "InternalError"),
        new Fault.Answer(503, "SlowDown", RetryAfter: "0"),
        new Fault.ResetRequest(),
        new Fault.ResetRequest(AfterBytes: 200_000),
        new Fault.LoseAnswer(),
        new Fault.CutAnswer(AfterBytes: 1000),
        new Fault.HangInRequest(AfterBytes: 50_000),
        new Fault.HangInAnswer(AfterBytes: 100),
        new Fault.Slow(TimeSpan.FromMilliseconds(100)),
        new Fault.Answer(403, "RequestTimeTooSkewed", Date: DateTimeOffset.UnixEpoch.AddYears(100)),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_backup_comes_back_whole_from_a_store_that_fails_one_request_in_twenty(int seed)
    {
        var source = Folder("source");
        DataDirectory.Fill(source, new Random(seed));
        for (var i = 0; i < 60; i++)
        {
            DataDirectory.Write(Path.Combine(source, "shop", $"t{i}.ibd"), DataDirectory.Noise(new Random(i), 200_000));
        }

        Proxy.Rule = FaultRules.Share(0.05, new Random(seed), All);
        await using var store = new S3ObjectStore(Options with { RequestTimeout = TimeSpan.FromSeconds(1), StallTimeout = TimeSpan.FromSeconds(1) });
        await StoreProbe.RunAsync(store, "ns/db");
        var summary = await Backups.WriteAsync(store, Backups.Options(source) with { PackLimit = 10 << 20 });
        await Backups.VerifyAsync(store, VerificationLevel.Upload, summary.ManifestDigest);
        await Backups.VerifyAsync(store, VerificationLevel.ReadBack, summary.ManifestDigest);
        var target = Folder("target");
        await Backups.RestoreAsync(store, target, summary.ManifestDigest);
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(source));

        // Chance may have spared the few requests so far; it does not spare many.
        for (var more = 0; more < 20 && Count(request => request.Fault is not null) <= 2; more++)
        {
            await Backups.VerifyAsync(store, VerificationLevel.ReadBack, summary.ManifestDigest);
        }

        Count(request => request.Fault is not null).ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task A_part_that_vanished_is_sent_again_by_the_next_attempt()
    {
        var source = Folder("source");
        DataDirectory.Write(Path.Combine(source, "ibdata1"), DataDirectory.Noise(new Random(1), 22 << 20));
        await using var store = new S3ObjectStore(Options);
        var error = await Should.ThrowAsync<StorageException>(() => Backups.WriteAsync(new PartLosingStore(store), source));
        error.Message.ShouldContain("has lost part 2 of the upload");

        Proxy.Requests.Clear();
        var summary = await Backups.WriteAsync(store, source);
        await Backups.VerifyAsync(store, VerificationLevel.ReadBack, summary.ManifestDigest);
        Count(request => request.IsPart).ShouldBeInRange(1, 5);
        var target = Folder("target");
        await Backups.RestoreAsync(store, target, summary.ManifestDigest);
        DataDirectory.Describe(target).ShouldBe(DataDirectory.Describe(source));
    }

    [Fact]
    public async Task Uploads_keep_to_their_limit()
    {
        var time = TimeProvider.System;
        await using var store = new S3ObjectStore(Options with { BandwidthLimit = 2_000_000, StallTimeout = TimeSpan.FromSeconds(1.5) });
        var id = await store.BeginUploadAsync("a");
        var since = time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(1, 3).Select(number => SendAsync(store, "a", id, number, Content(number, 3_000_000))));
        time.GetElapsedTime(since).ShouldBeGreaterThan(TimeSpan.FromSeconds(3.9), "9 MB at 2 MB/s, less a burst of a quarter of a second");
        Count(request => request.IsPart).ShouldBe(3, "waiting for its turn is not standing still");
        await store.AbortUploadAsync("a", id);
    }

    /// <summary>Before an upload is completed, other bytes take the place of one of its parts.</summary>
    private sealed class PartLosingStore(IObjectStore inner) : StoreWrapper(inner)
    {
        public override async Task<ObjectInfo> CompleteUploadAsync(string key, string uploadId, IReadOnlyList<StoredPart> parts, bool createOnly = false, CancellationToken cancellationToken = default)
        {
            var other = new byte[parts[1].Size];
            await UploadPartAsync(key, uploadId, parts[1].Number, other, Blocks.BlockDigest.Of(other).ToString(), cancellationToken);
            return await base.CompleteUploadAsync(key, uploadId, parts, createOnly, cancellationToken);
        }
    }
}
