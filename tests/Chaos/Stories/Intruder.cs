using System.Text.Json.Nodes;
using BackupOperator.Api.Runs;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Chaos.Stories;

/// <summary>Who starts MySQL while a backup has stopped it.</summary>
internal enum Intruder
{
    /// <summary>Nobody: such a backup has to succeed.</summary>
    None,

    /// <summary>A GitOps tool that reverts spec.replicas.</summary>
    Replicas,

    /// <summary>One that reverts the annotations, too.</summary>
    ReplicasAndMark,

    /// <summary>One that reverts, and someone who scales down again: at the end all looks as before.</summary>
    UpAndDown,

    /// <summary>A server outside of Kubernetes on the same files.</summary>
    Server,
}

/// <summary>Does what an intruder does.</summary>
internal static class Intrusion
{
    public static async Task RunAsync(Lane lane, Intruder intruder, TimeSpan delay, Task over)
    {
        await Waiting.UntilAsync(
            "scale-down", async () => over.IsCompleted || (await lane.Database.StatefulSetAsync()).Spec?.Replicas == 0, TimeSpan.FromSeconds(90));
        await Task.Delay(delay);
        if (intruder == Intruder.None || over.IsCompleted)
        {
            return;
        }

        if (intruder == Intruder.Server)
        {
            await StartServerAsync(lane);
            return;
        }

        await ScaleAsync(lane, 1, intruder == Intruder.ReplicasAndMark);
        if (intruder == Intruder.UpAndDown)
        {
            await Task.Delay(delay / 2);
            if ((await lane.Database.StatefulSetAsync()).Annotation(QuiesceMark.Annotation) is not null)
            {
                await ScaleAsync(lane, 0, withoutMark: false);
            }
        }
    }

    private static Task ScaleAsync(Lane lane, int replicas, bool withoutMark)
    {
        var body = new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } };
        if (withoutMark)
        {
            body["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [QuiesceMark.Annotation] = null } };
        }

        return lane.World.Client.PatchAsync<V1StatefulSet>("db", lane.Namespace, KubernetesPatch.Merge(body));
    }

    private static async Task StartServerAsync(Lane lane)
    {
        try
        {
            await using var server = await RealMariaDb.StartOnAsync(lane.World.Cluster.ClaimFolder(lane.Namespace, "data-db-0"));
            await Task.Delay(TimeSpan.FromMilliseconds(500));
            await server.StopAsync();
        }
        catch (InvalidOperationException)
        {
            // Locked out, as it should be.
        }
    }
}
