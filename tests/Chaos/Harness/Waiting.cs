using System.Diagnostics;

namespace BackupOperator.Chaos.Harness;

/// <summary>Waits for the world to become as expected.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    /// <summary>Errors count as "not yet": half of the world is broken on purpose.</summary>
    public static async Task<T> ForAsync<T>(string what, Func<Task<T?>> ask, TimeSpan limit)
        where T : class
    {
        var watch = Stopwatch.StartNew();
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

            await Task.Delay(Glance);
        }

        throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"no {what} after {limit.TotalSeconds:0} s {last?.Message}").TrimEnd());
    }

    public static Task UntilAsync(string what, Func<Task<bool>> ask, TimeSpan limit) => ForAsync(what, async () => await ask() ? "yes" : null, limit);
}
