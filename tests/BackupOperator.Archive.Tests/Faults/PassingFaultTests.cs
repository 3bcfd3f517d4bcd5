using System.Diagnostics;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.TestSupport.Faults;

namespace BackupOperator.Archive.Tests.Faults;

/// <summary>What passes is waited out.</summary>
public sealed class PassingFaultTests(RgwFixture rgw) : FaultTest(rgw)
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    public static TheoryData<Fault> Faults =>
    [
        new Fault.Answer(500, "InternalError"),
        new Fault.Answer(503, "SlowDown"),
        new Fault.Answer(503, "ServiceUnavailable", RetryAfter: "0"),
        new Fault.Answer(400, "RequestTimeout"),
        new Fault.ResetRequest(),
        new Fault.ResetRequest(AfterBytes: 100_000),
        new Fault.LoseAnswer(),
        new Fault.CutAnswer(AfterBytes: 10),
        new Fault.HangInRequest(AfterBytes: 500_000),
        new Fault.HangInAnswer(AfterBytes: 3),
        new Fault.Slow(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(1)),
    ];

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task Whatever_happens_to_every_kind_of_request_is_survived(Fault fault)
    {
        await using var store = new S3ObjectStore(Options with { RequestTimeout = Short, StallTimeout = Short });
        var seen = new Dictionary<string, int>();
        var times = fault is Fault.HangInRequest or Fault.HangInAnswer ? 1 : 2;
        Proxy.Rule = request =>
        {
            lock (seen)
            {
                var kind = $"{request.Method} {string.Join(',', request.Query.Split('&').Select(item => item.Split('=')[0]))}";
                seen[kind] = seen.GetValueOrDefault(kind) + 1;
                return seen[kind] <= times ? fault : null;
            }
        };

        await UploadAsync(store, "a/parts", 2);
        await store.PutAsync("a/small", Content(1, 1000), PutMode.CreateOnly);
        await store.PutAsync("a/large", Content(2, 3_000_000));
        await ShouldHoldAsync(store, "a/small", Content(1, 1000));
        await ShouldHoldAsync(store, "a/large", Content(2, 3_000_000));
        (await Backups.KeysAsync(store)).ShouldBe(["a/large", "a/parts", "a/small"]);
        await store.AbortUploadAsync("a/other", await store.BeginUploadAsync("a/other"));
        await foreach (var upload in store.ListUploadsAsync(""))
        {
            // The answer that said its id may be the one that was lost.
            await store.AbortUploadAsync(upload.Key, upload.UploadId);
        }

        await store.DeleteAsync("a/small");
        (await store.FindAsync("a/small")).ShouldBeNull();
        seen.Count.ShouldBeGreaterThanOrEqualTo(9);
        Count(request => request.Fault == fault).ShouldBeGreaterThanOrEqualTo(seen.Count);
    }

    [Fact]
    public async Task The_store_says_how_long_to_wait()
    {
        await using var store = new S3ObjectStore(Options);
        Proxy.Rule = FaultRules.First(1, request => request.Method == "PUT", new Fault.Answer(503, "SlowDown", RetryAfter: "1"));
        var since = Stopwatch.GetTimestamp();
        await store.PutAsync("a", Content(1, 10));
        Stopwatch.GetElapsedTime(since).ShouldBeGreaterThan(TimeSpan.FromSeconds(1));

        Proxy.Rule = FaultRules.First(1, request => request.Method == "GET", new Fault.Answer(503, "SlowDown", RetryAfter: "1"));
        since = Stopwatch.GetTimestamp();
        await Backups.KeysAsync(store);
        Stopwatch.GetElapsedTime(since).ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_refused_part_is_not_sent_in_vain()
    {
        await using var store = new S3ObjectStore(Options);
        Proxy.Rule = FaultRules.First(3, request => request.IsPart, new Fault.Answer(503, "SlowDown"));
        await UploadAsync(store, "a", 2);
        Proxy.Requests.Where(request => request.IsPart && request.Fault is not null).ShouldAllBe(request => request.Headers["Expect"] == "100-continue");
    }

    [Fact]
    public async Task What_was_read_before_a_cut_is_not_read_again()
    {
        await using var store = new S3ObjectStore(Options);
        await store.PutAsync("a", Content(1, 1_000_000));
        Proxy.Rule = FaultRules.First(2, request => request.Method == "GET", new Fault.CutAnswer(300_000));
        await ShouldHoldAsync(store, "a", Content(1, 1_000_000));
        var ranges = Proxy.Requests.Where(request => request.Method == "GET").Select(request => request.Headers["Range"]).ToList();
        ranges[0].ShouldBe("bytes=0-999999");
        ranges.Count.ShouldBe(3);
        ranges.ShouldAllBe(range => range.EndsWith("-999999"));
        ranges.Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task What_moves_is_never_too_slow()
    {
        // Long enough that a busy machine does not look like a store that stands still.
        var patience = TimeSpan.FromSeconds(2);
        await using var store = new S3ObjectStore(Options with { StallTimeout = patience });
        await store.PutAsync("a", Content(1, 6_000_000));
        Proxy.Rule = FaultRules.Always(request => request.Method == "GET", new Fault.Slow(TimeSpan.Zero, TimeSpan.FromMilliseconds(50)));
        var since = Stopwatch.GetTimestamp();
        await ShouldHoldAsync(store, "a", Content(1, 6_000_000));
        Stopwatch.GetElapsedTime(since).ShouldBeGreaterThan(2 * patience);
        Count(request => request.Method == "GET").ShouldBe(1);
    }

    [Fact]
    public async Task An_upload_whose_answers_get_lost_is_completed_all_the_same()
    {
        await using var store = new S3ObjectStore(Options);
        Proxy.Rule = FaultRules.Any(
            FaultRules.First(1, request => request.IsPart, new Fault.LoseAnswer()),
            FaultRules.First(1, request => request.IsComplete, new Fault.LoseAnswer()));
        await UploadAsync(store, "lost", 2);

        Proxy.Rule = FaultRules.First(1, request => request.IsComplete, new Fault.LoseAnswer());
        await UploadAsync(store, "lost-once", 2, createOnly: true);
        (await Should.ThrowAsync<StorageException>(() => UploadAsync(store, "lost-once", 2, createOnly: true))).Failure.ShouldBe(StorageFailure.AlreadyExists);

        Proxy.Rule = FaultRules.First(1, request => request.IsComplete, new Fault.Answer(501, "NotImplemented"));
        await UploadAsync(store, "unconditional", 2, createOnly: true);
    }
}
