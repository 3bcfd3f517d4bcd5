using System.Diagnostics;

namespace BackupOperator.Tests.Scripted;

/// <summary>Waits for what must come true soon.</summary>
internal static class Eventually
{
    public static async Task<T> GetAsync<T>(Func<Task<T?>> read, Func<T, bool> holds, string what, TimeSpan? limit = null)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        T? last = null;
        while (clock.Elapsed < (limit ?? TimeSpan.FromSeconds(60)))
        {
            last = await read();
            if (last is not null && holds(last))
            {
                return last;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"{what} did not come true; last seen: {(last is null ? "nothing" : Kubernetes.Serialization.KubernetesJson.Serialize(last))}");
    }
}
