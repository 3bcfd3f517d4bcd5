using BackupOperator.Api.Entities;

namespace BackupOperator.EndToEnd.Tests.Harness;

/// <summary>A MySqlBackup or a MySqlRestore that was applied.</summary>
internal sealed class RunHandle<T>(TestCluster cluster, string @namespace, string name)
    where T : class, IKubernetesObject, IRunEntity
{
    private static readonly string[] Ends = ["Completed", "Failed", "Cancelled"];

    public string Name => name;

    public async Task<T> GetAsync() => await cluster.Client.GetAsync<T>(name, @namespace)
        ?? throw new UnexpectedStateException($"{typeof(T).Name} {@namespace}/{name} is gone");

    public async Task<string?> PhaseAsync() => (await GetAsync()).RunStatus?.PhaseName;

    public Task<T> ReachesAsync(string phase, TimeSpan? limit = null) => Eventually.ObtainAsync(
        $"phase {phase} of {typeof(T).Name} {@namespace}/{name}",
        async () =>
        {
            var run = await GetAsync();
            var now = run.RunStatus.PhaseName;
            if (now != phase && Ends.Contains(now))
            {
                throw new UnexpectedStateException(
                    $"{name} is {now}, not {phase}: {run.RunStatus?.Failure?.Reason}: {run.RunStatus?.Failure?.Message}\n{await cluster.ExplainAsync()}");
            }

            return now == phase ? run : null;
        },
        limit ?? TimeSpan.FromSeconds(120),
        cluster.ExplainAsync);

    /// <summary>Waits for what the sidecar says of itself.</summary>
    public Task<T> ReportsAsync(string what, Func<T, bool> holds, TimeSpan? limit = null) => Eventually.ObtainAsync(
        $"{what} of {typeof(T).Name} {@namespace}/{name}",
        async () =>
        {
            var run = await GetAsync();
            if (!holds(run) && Ends.Contains(run.RunStatus.PhaseName))
            {
                throw new UnexpectedStateException(
                    $"{name} ended as {run.RunStatus.PhaseName} before {what}: {run.RunStatus?.Failure?.Message}\n{await cluster.ExplainAsync()}");
            }

            return holds(run) ? run : null;
        },
        limit ?? TimeSpan.FromSeconds(120),
        cluster.ExplainAsync);
}
