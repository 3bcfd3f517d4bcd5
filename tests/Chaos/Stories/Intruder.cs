using System.Diagnostics;
using System.Text.Json.Nodes;
using BackupOperator.Api.Runs;
using BackupOperator.LocalCluster.Kubelet.Containers;
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
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(0.5);

    public static async Task RunAsync(Lane lane, Intruder intruder, TimeSpan delay, Task over)
    {
        await Waiting.UntilAsync(
            "scale-down", async () => over.IsCompleted || (await lane.Database.StatefulSetAsync()).Spec?.Replicas == 0, TimeSpan.FromSeconds(90), Waiting.Closely);
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
            var set = await lane.Database.StatefulSetAsync();
            if (set.Annotation(QuiesceMark.Annotation) is not null)
            {
                await LowerAsync(lane, set);
            }
        }
    }

    // Only as long as the run is at work: who scales down afterwards wants MySQL to be down.
    private static async Task LowerAsync(Lane lane, V1StatefulSet seen)
    {
        try
        {
            await lane.World.Client.PatchAsync<V1StatefulSet>("db", lane.Namespace, KubernetesPatch.Merge(new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = seen.Metadata.ResourceVersion },
                ["spec"] = new JsonObject { ["replicas"] = 0 },
            }));
        }
        catch (KubernetesApiException error) when (error.IsConflict)
        {
            // Too late.
        }
    }

    private static Task<V1StatefulSet> ScaleAsync(Lane lane, int replicas, bool withoutMark)
    {
        var body = new JsonObject { ["spec"] = new JsonObject { ["replicas"] = replicas } };
        if (withoutMark)
        {
            body["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [QuiesceMark.Annotation] = null } };
        }

        return lane.World.Client.PatchAsync<V1StatefulSet>("db", lane.Namespace, KubernetesPatch.Merge(body));
    }

    // As the user of the container, and with whatever the data directory has; locked out, it ends by itself.
    private static async Task StartServerAsync(Lane lane)
    {
        var folder = Directory.CreateTempSubdirectory("chaos-intruder-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        var data = lane.World.Cluster.ClaimFolder(lane.Namespace, "data-db-0");
        var log = Path.Combine(folder, "log.err");
        using var server = Process.Start("setpriv",
        [
            "--reuid=999", "--regid=999", "--clear-groups", TestEnvironment.Program("mariadbd"), "--no-defaults", $"--datadir={data}",
            $"--socket={folder}/s", $"--pid-file={folder}/pid", $"--log-error={log}", "--skip-networking", "--innodb-log-file-size=8M",
        ]);
        // One that is told to end while it still starts may hang for ever.
        await Waiting.UntilAsync(
            "server of the intruder",
            async () => server.HasExited || (File.Exists(log) && (await File.ReadAllTextAsync(log)).Contains("ready for connections", StringComparison.Ordinal)),
            TimeSpan.FromMinutes(1));
        await Task.Delay(Stay);
        if (!server.HasExited)
        {
            Signals.Send(server.Id, Signals.Terminate);
        }

        await server.WaitForExitAsync();
        Directory.Delete(folder, recursive: true);
    }
}
