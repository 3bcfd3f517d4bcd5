using System.Collections.Concurrent;
using BackupOperator.Chaos.Running;
using BackupOperator.Chaos.Stories;
using BackupOperator.Chaos.Strikes;

namespace BackupOperator.Chaos.Tests;

/// <summary>The small part of <c>make chaos</c> that is run every day.</summary>
public sealed class StrikeTests(TestWorld world, ITestOutputHelper output) : IClassFixture<TestWorld>
{
    [Fact]
    public async Task Whatever_is_struck_MySQL_comes_back_nothing_is_left_and_the_outcome_is_true()
    {
        var cells = FaultMatrix.Sample;
        var results = await new MatrixRunner(world.World, world.Lanes, StrikeDurations.Short, result => output.WriteLine($"{result}")).RunAsync(cells);

        results.Count.ShouldBe(cells.Count);
        results.Where(result => !result.Passed).Select(result => $"{result.Cell.Name}: {string.Join("; ", result.Problems)}").ShouldBeEmpty();
    }

    // Minutes for a few backups: `make chaos` has fifty.
    [Fact(Explicit = true)]
    public async Task No_byte_of_a_running_database_is_in_a_backup_that_is_complete()
    {
        var results = new ConcurrentQueue<StoryResult>();
        await Task.WhenAll(world.Lanes.Select((lane, i) => new IntruderStory(lane, new Random(i)).RunAsync(first: 1 + (2 * i), runs: 2, Tell)));

        results.Count.ShouldBe(2 * world.Lanes.Count);
        results.SelectMany(result => result.Problems.Select(problem => $"{result.Name}: {problem}")).ShouldBeEmpty();

        void Tell(StoryResult result)
        {
            results.Enqueue(result);
            output.WriteLine($"{result.Name}: {result.Outcome}");
        }
    }
}
