using System.Collections.Concurrent;
using BackupOperator.Chaos.Stories;

namespace BackupOperator.Chaos.Running;

/// <summary>Runs of a story, shared among lanes.</summary>
internal static class StoryRun
{
    public static Task<IReadOnlyList<StoryResult>> IntrudersAsync(int runs, int lanes, int seed, Programs programs, Report report, CancellationToken cancellationToken) =>
        RunAsync("intruders", runs, lanes, programs, furnish: null, (lane, count, tell) => new IntruderStory(lane, new Random(seed + lane.Number)).RunAsync(lane.Number, count, tell), report, cancellationToken);

    public static Task<IReadOnlyList<StoryResult>> KilledSwapsAsync(int runs, int lanes, int seed, Programs programs, Report report, CancellationToken cancellationToken) =>
        RunAsync("killed swaps", runs, lanes, programs, KilledSwapStory.Widen, (lane, count, tell) => new KilledSwapStory(lane, new Random(seed + lane.Number)).RunAsync(count, tell), report, cancellationToken);

    private static async Task<IReadOnlyList<StoryResult>> RunAsync(
        string what, int runs, int lanes, Programs programs, Action<string>? furnish, Func<Lane, int, Action<StoryResult>, Task> story, Report report, CancellationToken cancellationToken)
    {
        var results = new ConcurrentQueue<StoryResult>();
        await using var world = await World.StartAsync(lanes, programs, cancellationToken);
        await using var targets = await Lanes.StartAsync(world, lanes, furnish, cancellationToken);
        report.Say($"{lanes} targets for the {what} are up");
        await Task.WhenAll(targets.All.Select((lane, i) => story(lane, (runs / lanes) + (i < runs % lanes ? 1 : 0), Tell)));
        return [.. results];

        void Tell(StoryResult result)
        {
            results.Enqueue(result);
            report.Tell(what, result, runs);
        }
    }
}
