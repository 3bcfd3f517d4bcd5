namespace BackupOperator.Tests.Scripted;

/// <summary>Kills the operator at each change that it makes in a story, one after the other, and starts it again.</summary>
internal static class Deaths
{
    /// <param name="most">How many changes to cut at: more than the story has, so that it is also seen to end.</param>
    /// <param name="isMade">Whether the API has made the change at which the operator dies.</param>
    /// <param name="prepare">What is there before the operator starts, for the change of that number.</param>
    /// <param name="story">Ends when what is to be true is true.</param>
    /// <param name="check">Looks at what is left, with the operator stopped.</param>
    /// <returns>How often it died.</returns>
    public static async Task<int> AtEachChangeAsync(
        ScriptedCluster cluster, int most, bool isMade, Func<int, Task> prepare, Func<int, Task> story, Func<int, Task> check, CancellationToken cancellationToken)
    {
        var deaths = 0;
        for (var change = 1; change <= most; change++)
        {
            await prepare(change);
            DyingClient? dying = null;
            var last = change;
            cluster.StartOperator(real => dying = new DyingClient(real, last, isMade));
            var told = story(change);
            while (dying is null)
            {
                await Task.Delay(5, cancellationToken);
            }

            if (await Task.WhenAny(told, dying.Died) != told)
            {
                deaths++;
                await cluster.StopOperatorAsync();
                cluster.StartOperator();
            }

            await told;
            await cluster.StopOperatorAsync();
            await check(change);
        }

        return deaths;
    }
}
