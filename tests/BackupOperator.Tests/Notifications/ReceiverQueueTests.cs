using System.Diagnostics.Metrics;
using BackupOperator.Notifications;
using BackupOperator.Notifications.Receivers;
using BackupOperator.Tests.Scripted;
using BackupOperator.TestSupport.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupOperator.Tests.Notifications;

public sealed class ReceiverQueueTests : IAsyncDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly FakeReceiver receiver = new();
    private readonly Meter meter = new("test");
    private readonly ReceiverQueue queue;

    public ReceiverQueueTests() => queue = new ReceiverQueue(
        receiver, TimeSpan.FromHours(1), TimeSpan.FromSeconds(10), TimeSpan.FromHours(6), time, new Jitter(new Random(1)),
        meter.CreateCounter<long>("sent"), NullLogger.Instance);

    [Fact]
    public async Task What_happens_at_once_is_told_in_one_message()
    {
        queue.Add(Problem("a"));
        queue.Add(Problem("b"));
        await TimersAsync(1);
        receiver.Tries.ShouldBeEmpty();
        queue.Add(Problem("c"));
        time.Advance(TimeSpan.FromSeconds(10));

        await TriesAsync(1);
        receiver.Tries.Single().Targets.ShouldBe("a b c");
    }

    [Fact]
    public async Task A_receiver_that_is_away_is_tried_again_with_growing_pauses_and_the_same_id()
    {
        receiver.Answer = _ => throw new DeliveryException("away");
        queue.Add(Problem("a"));
        await TimersAsync(1);
        time.Advance(TimeSpan.FromSeconds(10));
        for (var tries = 1; tries <= 5; tries++)
        {
            await TriesAsync(tries);
            await TimersAsync(1);
            var pause = TimeSpan.FromSeconds(1 << (tries - 1));
            // A pause is up to a fifth longer, and the one before may have ended as much before now.
            time.Advance(pause * 0.85);
            receiver.Tries.Count.ShouldBe(tries, "the pause is not over");
            receiver.Answer = tries == 5 ? _ => { } : receiver.Answer;
            time.Advance(pause * 0.35);
        }

        await TriesAsync(6);
        receiver.Tries.Select(t => t.Id).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task What_the_receiver_asks_for_is_waited_for()
    {
        receiver.Answer = _ => throw new DeliveryException("busy", retryAfter: TimeSpan.FromMinutes(3));
        queue.Add(Problem("a"));
        await TimersAsync(1);
        time.Advance(TimeSpan.FromSeconds(10));
        await TriesAsync(1);
        await TimersAsync(1);
        time.Advance(TimeSpan.FromMinutes(3) - TimeSpan.FromSeconds(1));
        receiver.Tries.Count.ShouldBe(1);
        receiver.Answer = _ => { };
        time.Advance(TimeSpan.FromSeconds(1));
        await TriesAsync(2);
    }

    [Fact]
    public async Task A_message_that_is_refused_for_good_does_not_hold_up_the_next()
    {
        receiver.Answer = targets =>
        {
            if (targets == "bad")
            {
                throw new DeliveryException("it answered 400", final: true);
            }
        };
        queue.Add(Problem("bad"));
        await TimersAsync(1);
        time.Advance(TimeSpan.FromSeconds(10));
        await TriesAsync(1);
        queue.Add(Problem("good"));
        await TimersAsync(1);
        time.Advance(TimeSpan.FromSeconds(10));
        await TriesAsync(2);
        receiver.Tries.Select(t => t.Targets).ShouldBe(["bad", "good"]);
    }

    [Fact]
    public async Task The_end_of_the_operator_sends_what_waits_once()
    {
        receiver.Answer = _ => throw new DeliveryException("away");
        queue.Add(Problem("a"));
        await queue.DisposeAsync();
        receiver.Tries.Select(t => t.Targets).ShouldBe(["a"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (TestContext.Current.TestMethod?.MethodName != nameof(The_end_of_the_operator_sends_what_waits_once))
        {
            await queue.DisposeAsync();
        }

        meter.Dispose();
    }

    private static Notification Problem(string target) =>
        new(NotificationKind.BackupFailed, "shop", target, "MySqlBackup nightly", "Reason", "message", DateTimeOffset.UnixEpoch);

    private async Task TriesAsync(int count) =>
        await Eventually.GetAsync(() => Task.FromResult<string?>(receiver.Tries.Count >= count ? "yes" : null), _ => true, $"{count} tries");

    private async Task TimersAsync(int count) =>
        await Eventually.GetAsync(() => Task.FromResult<string?>(time.WaitingTimers >= count ? "yes" : null), _ => true, $"{count} timers");

    private sealed class FakeReceiver : IReceiver
    {
        private readonly List<(string Id, string Targets)> tries = [];

        public string Name => "fake";

        public Action<string> Answer { get; set; } = _ => { };

        public IReadOnlyList<(string Id, string Targets)> Tries
        {
            get
            {
                lock (tries)
                {
                    return [.. tries];
                }
            }
        }

        public Task SendAsync(string id, IReadOnlyList<Outgoing> batch, CancellationToken cancellationToken)
        {
            var targets = string.Join(' ', batch.Select(o => o.Notification.Target));
            lock (tries)
            {
                tries.Add((id, targets));
            }

            Answer(targets);
            return Task.CompletedTask;
        }
    }
}
