using System.Diagnostics;

namespace BackupOperator.Chaos.Harness;

/// <summary>Waits for the world to become as expected.</summary>
internal static class Waiting
{
    /// <summary>For what passes quickly, or is timed.</summary>
    public static readonly TimeSpan Closely = TimeSpan.FromMilliseconds(50);

    // Dozens wait at the same time, and most of them for long.
    private const double Patience = 1.3;
    private static readonly TimeSpan Most = TimeSpan.FromMilliseconds(500);

    /// <summary>Errors count as "not yet": half of the world is broken on purpose.</summary>
    /// <param name="glance">Between two looks; null: the longer the wait, the longer.</param>
    public static async Task<T> ForAsync<T>(string what, Func<Task<T?>> ask, TimeSpan limit, TimeSpan? glance = null)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        var pause = glance ?? Closely;
        Exception? last = null;
        while (watch.Elapsed < limit)
        {
            try
            {
                if (await ask() is { } answer)
                {
                    return answer;
                }
            }
            catch (Exception error) when (error is not (OutOfMemoryException or HopelessException))
            {
                last = error;
            }

            await Task.Delay(pause);
            pause = glance ?? (pause * Patience < Most ? pause * Patience : Most);
        }

        throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"no {what} after {limit.TotalSeconds:0} s {last?.Message}").TrimEnd());
    }

    public static Task UntilAsync(string what, Func<Task<bool>> ask, TimeSpan limit, TimeSpan? glance = null) =>
        ForAsync(what, async () => await ask() ? "yes" : null, limit, glance);
}
