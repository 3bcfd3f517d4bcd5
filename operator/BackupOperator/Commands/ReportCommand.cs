using System.CommandLine;
using System.Net;
using BackupOperator.Core.Statistics;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Reports;

namespace BackupOperator.Commands;

/// <summary>Tells what became of backups, from what the cluster knows of them; with the rights of who asks.</summary>
internal sealed class ReportCommand : Command
{
    private readonly Option<string?> @namespace = new("--namespace", "-n") { Description = "Namespace to look at; all when absent." };
    private readonly Option<string?> schedule = new("--schedule") { Description = "Name of a MySqlBackupSchedule; all of them, and backups made by hand, when absent." };
    private readonly Option<string> period = new("--period") { Description = "How far to look back: whole hours up to 24h, or whole days up to 30d.", DefaultValueFactory = _ => "7d" };
    private readonly Option<ReportFormat> output = new("--output", "-o") { Description = "Table or Json.", DefaultValueFactory = _ => ReportFormat.Table };
    private readonly Option<string?> context = new("--context") { Description = "Context of the kubeconfig; the current one when absent." };

    public ReportCommand()
        : base("report", "Report on backups: success rate, mean duration, downtime and size, anomalies.")
    {
        Options.Add(@namespace);
        Options.Add(schedule);
        Options.Add(period);
        Options.Add(output);
        Options.Add(context);
        SetAction(RunAsync);
    }

    /// <exception cref="FormatException">There is no schedule of that name.</exception>
    internal static async Task<Report> ReadAsync(
        IKubernetesClient client, string? @namespace, string? schedule, StatisticsPeriod period, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var schedules = (await client.ListAsync<MySqlBackupSchedule>(@namespace, cancellationToken: cancellationToken)).Items;
        var query = schedule is null ? null : new ListQuery($"{ScheduleMetadata.Schedule}={schedule}");
        var backups = (await client.ListAsync<MySqlBackup>(@namespace, query, cancellationToken)).Items;
        var chosen = schedules.Where(s => schedule is null || s.Metadata.Name == schedule).ToList();
        return schedule is not null && chosen.Count + backups.Count == 0
            ? throw new FormatException($"there is no MySqlBackupSchedule {schedule} in {(@namespace is null ? "any namespace" : $"namespace {@namespace}")}")
            : Report.Of(chosen, backups, period, now);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            var time = TimeProvider.System;
            var length = StatisticsPeriod.Parse(parsed.GetValue(period)!);
            using var client = new KubernetesClient(Configuration(parsed.GetValue(context)), time: time);
            var report = await ReadAsync(client, parsed.GetValue(@namespace), parsed.GetValue(schedule), length, time.GetUtcNow(), cancellationToken);
            await Console.Out.WriteAsync(parsed.GetValue(output) == ReportFormat.Json ? ReportDocument.Write(report) : ReportTable.Write(report));
            return (int)ExitCode.Success;
        }
        catch (Exception e) when (e is FormatException or KubernetesConfigurationException)
        {
            return await FailAsync(e.Message, ExitCode.Usage);
        }
        catch (KubernetesApiException e)
        {
            return await FailAsync(
                e.StatusCode == HttpStatusCode.Forbidden ? $"{e.Message}\nLimit the report with --namespace, or ask for the right to list." : e.Message, ExitCode.Unexpected);
        }
        catch (KubernetesUnavailableException e)
        {
            return await FailAsync(e.Message, ExitCode.KubernetesUnavailable);
        }
    }

    private static KubernetesClientConfiguration Configuration(string? context) => context is null
        ? KubernetesClientConfiguration.BuildDefaultConfig()
        : KubernetesClientConfiguration.BuildConfigFromConfigFile(
            Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } files
                ? files
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config"),
            context);

    private static async Task<int> FailAsync(string problem, ExitCode code)
    {
        await Console.Error.WriteLineAsync(problem);
        return (int)code;
    }
}
