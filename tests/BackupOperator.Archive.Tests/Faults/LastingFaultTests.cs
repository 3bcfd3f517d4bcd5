using System.Diagnostics;
using BackupOperator.Archive.Storage;
using BackupOperator.Archive.Storage.S3;
using BackupOperator.Archive.Tests.Support;
using BackupOperator.TestSupport.Faults;

namespace BackupOperator.Archive.Tests.Faults;

/// <summary>What does not pass is an error that says what it is, in time.</summary>
public sealed class LastingFaultTests(RgwFixture rgw) : FaultTest(rgw)
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    // For stores that answer: how long that takes is not what is looked at.
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    [Fact]
    public Task A_store_that_is_always_overloaded() => FailsAsync(new Fault.Answer(503, "SlowDown"), StorageFailure.Unavailable, "answered 503 SlowDown again and again", Ample);

    [Fact]
    public Task A_store_that_always_resets() => FailsAsync(new Fault.ResetRequest(), StorageFailure.Unavailable, "cannot be reached", Ample);

    [Fact]
    public Task A_store_that_never_answers() => FailsAsync(new Fault.HangInRequest(), StorageFailure.Unavailable, "is too slow: nothing more within 0.3 s", Short);

    [Fact]
    public Task A_store_that_takes_no_more() => FailsAsync(new Fault.HangInRequest(AfterBytes: 200_000), StorageFailure.Unavailable, "is too slow: nothing more within 0.3 s", Short);

    [Fact]
    public async Task A_store_that_stops_in_the_middle_of_an_answer()
    {
        await using (var writer = new S3ObjectStore(Options))
        {
            await writer.PutAsync("a", Content(1, 1000));
        }

        await using var store = new S3ObjectStore(Options with { StallTimeout = Short });
        Proxy.Rule = FaultRules.Always(request => request.Method == "GET", new Fault.HangInAnswer());
        var error = await Should.ThrowAsync<StorageException>(() => store.ReadAsync("a", 0, new byte[1000]));
        error.Failure.ShouldBe(StorageFailure.Unavailable);
        error.Message.ShouldContain("nothing more within 0.3 s, after 0 bytes");
    }

    [Fact]
    public async Task Waiting_ends_when_the_caller_does_not_want_it_any_longer()
    {
        await using var store = new S3ObjectStore(Options);
        Proxy.Rule = _ => new Fault.HangInRequest();
        foreach (var call in (Func<CancellationToken, Task>[])[token => store.PutAsync("a", Content(1, 10), PutMode.Replace, token), token => store.ReadAsync("a", 0, new byte[1], token), token => store.FindAsync("a", token)])
        {
            using var stop = new CancellationTokenSource(Short);
            var since = Stopwatch.GetTimestamp();
            await Should.ThrowAsync<OperationCanceledException>(() => call(stop.Token));
            Stopwatch.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        }
    }

    private async Task FailsAsync(Fault fault, StorageFailure failure, string message, TimeSpan timeout)
    {
        await using var store = new S3ObjectStore(Options with { RequestTimeout = timeout, StallTimeout = timeout });
        var id = await store.BeginUploadAsync("a");
        Proxy.Rule = FaultRules.Always(request => request.IsPart, fault);
        var error = await Should.ThrowAsync<StorageException>(() => SendAsync(store, "a", id, 1, Content(1, 5 << 20)));
        error.Failure.ShouldBe(failure);
        error.Message.ShouldContain("part 1 of s3://");
        error.Message.ShouldContain(message);
        Count(request => request.IsPart).ShouldBe(Options.Retry.Attempts);
    }
}
