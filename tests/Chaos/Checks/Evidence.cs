using System.Text;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Chaos.Checks;

/// <summary>Keeps what a person needs to understand a cell that failed.</summary>
internal static class Evidence
{
    /// <summary>Where it is kept.</summary>
    public static string Folder { get; } = Path.Combine(Environment.GetEnvironmentVariable("CHAOS_EVIDENCE") ?? Path.Combine("artifacts", "chaos"));

    public static async Task KeepAsync(Lane lane, string name, IEnumerable<string> problems)
    {
        var text = new StringBuilder().AppendLine(name).AppendJoin('\n', problems).AppendLine();
        var client = lane.World.Client;
        foreach (var run in (IEnumerable<IRunEntity>)
            [.. (await client.ListAsync<MySqlBackup>(lane.Namespace)).Items, .. (await client.ListAsync<MySqlRestore>(lane.Namespace)).Items])
        {
            text.AppendLine($"-- {run.Kind} {run.Metadata.Name}").AppendLine(KubernetesJson.ToNode(run).ToJsonString());
        }

        text.AppendLine("-- StatefulSet").AppendLine(KubernetesJson.ToNode(await lane.Database.StatefulSetAsync()).ToJsonString());
        foreach (var pod in (await client.ListAsync<V1Pod>(lane.Namespace)).Items)
        {
            text.AppendLine($"-- pod {pod.Metadata.Name} {KubernetesJson.ToNode(pod.Status!).ToJsonString()}");
            text.AppendLine(await lane.World.Cluster.LogsAsync(lane.Namespace, pod.Metadata.Name!));
        }

        foreach (var message in (await client.ListAsync<V1Event>(lane.Namespace)).Items)
        {
            text.AppendLine($"-- event {KubernetesJson.ToNode(message).ToJsonString()}");
        }

        text.AppendLine("-- operator").AppendJoin('\n', lane.World.Operator.Log.Split('\n').Where(line => line.Contains(lane.Namespace, StringComparison.Ordinal)).TakeLast(200));
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(Path.Combine(Folder, $"{name.Replace(" / ", "-", StringComparison.Ordinal).Replace(' ', '-')}.log"), text.ToString());
    }
}
