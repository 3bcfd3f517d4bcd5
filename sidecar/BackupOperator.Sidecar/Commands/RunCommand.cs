using System.CommandLine;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Catalogs;
using BackupOperator.Sidecar.Reporting;
using BackupOperator.Sidecar.Runs;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Commands;

/// <summary><c>run</c>: what the Job's container executes; everything it needs is in its environment and its mounts.</summary>
internal sealed class RunCommand : Command
{
    // The loops of a run try again by themselves, and decide anew each time.
    private static readonly KubernetesClientOptions ClientOptions = new() { MaxAttempts = 2, RequestTimeout = TimeSpan.FromSeconds(10) };

    public RunCommand()
        : base("run", $"Execute the run in the variable {RunSpec.EnvironmentVariable}; the operator's Jobs call this.") =>
        SetAction((_, _) => RunAsync());

    private static async Task<int> RunAsync()
    {
        using var interruption = new Interruption(secondEnds: false);
        var settings = new RunSettings { PodName = Environment.GetEnvironmentVariable("POD_NAME") ?? Environment.MachineName };
        try
        {
            var run = RunSpecReader.Read(Environment.GetEnvironmentVariable(RunSpec.EnvironmentVariable));
            using var loggers = SidecarLogging.Create(run, settings.PodName, terminal: !Console.IsErrorRedirected);
            if (run.Kind == RunKind.Prune)
            {
                // It has no rights to the API, and no token.
                var archives = new RunArchives(run, settings, TimeProvider.System, loggers);
                return (int)await new PruneRun(run, settings, archives, TimeProvider.System, loggers.CreateLogger<PruneRun>()).ExecuteAsync(interruption.Token);
            }

            using var kubernetes = new KubernetesClient(
                KubernetesClientConfiguration.BuildDefaultConfig(), ClientOptions, TimeProvider.System, logger: loggers.CreateLogger<KubernetesClient>());
            var storages = new RunArchives(run, settings, TimeProvider.System, loggers);
            if (run.Kind == RunKind.Catalog)
            {
                return (int)await new CatalogRun(run, settings, kubernetes, storages, TimeProvider.System, new Random(), loggers.CreateLogger<CatalogRun>())
                    .ExecuteAsync(interruption.Token);
            }

            var executor = new RunExecutor(run, settings, kubernetes, storages, TimeProvider.System, new Random(), loggers);
            var code = await executor.ExecuteAsync(interruption.Token);
            return (int)(code == ExitCode.Terminated ? interruption.ExitCode ?? code : code);
        }
        catch (Exception problem)
        {
            var failure = FailureClassifier.Classify(problem);
            TerminationLog.Write(settings.TerminationLog, failure.ToRunFailure());
            await Console.Error.WriteLineAsync($"backup-sidecar: {failure.Message}");
            return (int)failure.ExitCode;
        }
    }
}
