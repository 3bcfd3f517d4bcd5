using System.Diagnostics;

namespace BackupOperator.EndToEnd.Tests.Harness;

/// <summary>Waits for the world to become what a test expects.</summary>
internal static class Eventually
{
    /// <summary>Asks again and again until there is an answer; the failure says what was expected and what was seen last.</summary>
    public static async Task<T> ObtainAsync<T>(string what, Func<Task<T?>> ask, TimeSpan limit, Func<Task<string>>? explain = null)
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
            catch (Exception error) when (error is not OutOfMemoryException and not UnexpectedStateException)
            {
                last = error;
            }

            await Task.Delay(50);
        }

        var seen = explain is null ? "" : await explain();
        throw new TimeoutException($"After {limit.TotalSeconds} s there was no {what}. {last?.Message} {seen}");
    }

    public static Task HoldsAsync(string what, Func<Task<bool>> ask, TimeSpan limit, Func<Task<string>>? explain = null) =>
        ObtainAsync(what, async () => await ask() ? "yes" : null, limit, explain);
}

/// <summary>Waiting on is pointless: the state that was waited for can no longer come.</summary>
internal sealed class UnexpectedStateException(string message) : Exception(message);
