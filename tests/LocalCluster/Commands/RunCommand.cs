using System.CommandLine;
using System.Runtime.InteropServices;

namespace BackupOperator.LocalCluster.Commands;

/// <summary><c>localcluster</c>: a cluster until Ctrl-C.</summary>
internal static partial class RunCommand
{
    public static RootCommand Create()
    {
        var kubeconfig = new Option<FileInfo>("--kubeconfig") { Description = "Write the administrator's kubeconfig to this file.", Required = true };
        var images = new Option<FileInfo?>("--images") { Description = "JSON: image name -> {root, entrypoint, cmd, env, user, workingDirectory, files}; or -> the path of a .NET program." };
        var data = new Option<DirectoryInfo?>("--data") { Description = "Keep volumes and logs in this folder (default: a temporary one that goes with the cluster)." };
        var nodes = new Option<int>("--nodes") { Description = "How many nodes.", DefaultValueFactory = _ => 1 };
        var port = new Option<int>("--port") { Description = "The port of the API server (default: any free one)." };
        var outlive = new Option<bool>("--outlive-parent") { Description = "Go on when the process that started this one ends." };
        var command = new RootCommand("Runs a Kubernetes cluster on this machine: an API server in memory, and containers as real processes. Needs root.")
        {
            kubeconfig, images, data, nodes, port, outlive,
        };
        command.SetAction((arguments, cancellationToken) =>
        {
            var options = new ClusterOptions
            {
                KubeconfigPath = arguments.GetRequiredValue(kubeconfig).FullName,
                DataDirectory = arguments.GetValue(data)?.FullName,
                Nodes = [.. Enumerable.Range(1, arguments.GetValue(nodes)).Select(number => $"node-{number}")],
                Port = arguments.GetValue(port),
            };
            return RunAsync(options, arguments.GetValue(images)?.FullName, !arguments.GetValue(outlive), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(ClusterOptions options, string? images, bool endWithParent, CancellationToken interrupted)
    {
        var parent = getppid();
        if (images is not null)
        {
            options = options with { Images = ImageFile.Read(images) };
        }

        await using var cluster = await Cluster.StartAsync(options, interrupted);
        Console.WriteLine($"The cluster is up at {cluster.ApiServer.Url}.");
        Console.WriteLine($"  export KUBECONFIG={cluster.KubeconfigPath}");
        Console.WriteLine("  kubectl get nodes");
        Console.WriteLine($"Images: {string.Join(", ", cluster.Images.Names)}");
        Console.WriteLine($"Volumes and logs: {cluster.DataDirectory}. Ctrl-C ends it.");
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        try
        {
            while (await tick.WaitForNextTickAsync(interrupted))
            {
                if (endWithParent && getppid() != parent)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C or SIGTERM.
        }

        if (File.Exists(cluster.KubeconfigPath))
        {
            File.Delete(cluster.KubeconfigPath);
        }

        return 0;
    }

    [LibraryImport("libc")]
    private static partial int getppid();
}
