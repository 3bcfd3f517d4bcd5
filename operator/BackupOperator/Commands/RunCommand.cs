using System.CommandLine;
using BackupOperator.Core.Durations;
using BackupOperator.Health;
using BackupOperator.Http;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Kubernetes.LeaderElection;
using BackupOperator.Logging;
using BackupOperator.Metrics;
using BackupOperator.Notifications;
using BackupOperator.Options;
using BackupOperator.Targets;
using Serilog.Events;

namespace BackupOperator.Commands;

/// <summary>Runs the operator until it is told to stop. Each flag has a variable of the same name in capitals.</summary>
internal sealed class RunCommand : Command
{
    /// <summary>
    /// Above what a stop can take: running reconciles (20 s), the leader's Lease (5 s), the last events (5 s), the last
    /// notifications (5 s). The pod's terminationGracePeriodSeconds has to be longer.
    /// </summary>
    public static readonly TimeSpan LongestShutdown = TimeSpan.FromSeconds(40);

    private const string OperatorName = "mysql-backup-operator";

    /// <summary>The leader's Lease; it does not depend on how the operator's objects are named.</summary>
    public const string LeaseName = OperatorName + "-leader";

    private readonly Option<string> watchNamespaces = Flag("--watch-namespaces", "Namespaces to look at, separated by commas; all when empty.", "");
    private readonly Option<string> sidecarImage = Flag("--sidecar-image", "Image of the Job's container where a resource names none.", "mysql-backup-sidecar:latest");
    private readonly Option<int> maxConcurrentRuns = Flag("--max-concurrent-runs", "Runs at once, in all namespaces.", 5);
    private readonly Option<bool> leaderElection = Flag("--leader-election", "Wait to be the leader before doing anything.", true);
    private readonly Option<string> leaderNamespace = Flag("--leader-election-namespace", "Namespace of the leader's Lease; the operator's own when empty.", "");
    private readonly Option<string> resync = Flag("--resync", "How often everything is looked at although nothing changed.", "5m");
    private readonly Option<string> jobTtl = Flag("--job-ttl", "How long a finished Job and its logs stay.", "4h");
    private readonly Option<string> metricsBindAddress = Flag(
        "--metrics-bind-address", "Where /metrics, /healthz and /readyz are answered: :8080, 127.0.0.1:8080 or [::1]:8080; 0 for nowhere.", ":8080");
    private readonly Option<string> notifications = Flag("--notifications", "File that says who is notified of what; see docs/notifications.md.", "");
    private readonly Option<LogEventLevel> logLevel = Flag("--log-level", "Verbose, Debug, Information, Warning or Error.", LogEventLevel.Information);
    private readonly Option<LogFormat> logFormat = Flag("--log-format", "Text or Json.", LogFormat.Text);

    public RunCommand()
        : base("run", "Run the operator (the default).")
    {
        foreach (var option in Flags)
        {
            Options.Add(option);
        }

        SetAction(RunAsync);
    }

    private IEnumerable<Option> Flags =>
        [watchNamespaces, sidecarImage, maxConcurrentRuns, leaderElection, leaderNamespace, resync, jobTtl, metricsBindAddress, notifications, logLevel, logFormat];

    /// <summary>The flags that the environment sets and the command line does not: read, checked and refused in the same way.</summary>
    public IEnumerable<string> FromEnvironment(IReadOnlyCollection<string> args, Func<string, string?> variable) =>
        from flag in Flags
        where !args.Any(a => a == flag.Name || a.StartsWith(flag.Name + "=", StringComparison.Ordinal))
        let value = variable(flag.Name.TrimStart('-').Replace('-', '_').ToUpperInvariant())
        where !string.IsNullOrEmpty(value)
        select $"{flag.Name}={value}";

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var loggers = OperatorLogging.Create(parsed.GetValue(logLevel), parsed.GetValue(logFormat));
        var logger = loggers.CreateLogger("BackupOperator");
        if (Read(parsed, logger) is not { } options)
        {
            return (int)ExitCode.Usage;
        }

        try
        {
            await RunAsync(options, parsed.GetValue(leaderNamespace), loggers, cancellationToken);
            return 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
        catch (KubernetesConfigurationException e)
        {
            logger.LogCritical("{Error}", e.Message);
            return (int)ExitCode.Usage;
        }
        catch (Exception e)
        {
            // A lost lease among others: another process leads, and this one must not go on with what it believes.
            logger.LogCritical(e, "The operator ends: {Error}", e.Message);
            return (int)ExitCode.Unexpected;
        }
    }

    private static async Task RunAsync(OperatorOptions options, string? leaderNamespace, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var identity = $"{Environment.GetEnvironmentVariable("POD_NAME") ?? Environment.MachineName}_{Guid.NewGuid():N}";
        using var client = new KubernetesClient(
            KubernetesClientConfiguration.BuildDefaultConfig(time), time: time, logger: loggers.CreateLogger<KubernetesClient>());
        await using var events = new EventPublisher(client, OperatorName, identity, time, loggers.CreateLogger<EventPublisher>());
        using var metrics = new OperatorMetrics(time);
        await using var notifier = new Notifier(options.Notifications, metrics.Meter, time, new Random(), loggers.CreateLogger<Notifier>());
        var host = new Composition(client, options, new ServerProbe(time), events, notifier, time, loggers, metrics).Build();
        var @namespace = string.IsNullOrEmpty(leaderNamespace) ? client.Namespace ?? "default" : leaderNamespace;
        using var elector = options.LeaderElection
            ? new LeaderElector(client, LeaderElectionOptions.For(OperatorName, @namespace, identity), time, logger: loggers.CreateLogger<LeaderElector>())
            : null;
        await using var endpoints = OperatorEndpoints.Start(options.MetricsBindAddress, metrics, new HealthEndpoints(host, elector, cancellationToken), time, loggers);

        // A stop lets running reconciles finish; a lost lease cuts them off.
        await (elector?.RunAsync(leading => host.RunAsync(leading, elector.Lost), cancellationToken) ?? host.RunAsync(cancellationToken));
    }

    private OperatorOptions? Read(ParseResult parsed, ILogger logger)
    {
        if (!DurationText.TryParse(parsed.GetValue(resync), out var resyncEvery) || resyncEvery <= TimeSpan.Zero
            || !DurationText.TryParse(parsed.GetValue(jobTtl), out var ttl))
        {
            logger.LogCritical("--resync and --job-ttl must be durations such as 90s, 5m or 4h");
            return null;
        }

        if (parsed.GetValue(maxConcurrentRuns) < 1)
        {
            logger.LogCritical("--max-concurrent-runs must be 1 or more");
            return null;
        }

        var address = parsed.GetValue(metricsBindAddress)!;
        if (address != "0" && BindAddress.Parse(address) is null)
        {
            logger.LogCritical("--metrics-bind-address {Address} is none: give a port such as :8080, an address and a port such as 127.0.0.1:8080 or [::1]:8080, or 0 for none", address);
            return null;
        }

        var settings = new NotificationSettings();
        try
        {
            settings = parsed.GetValue(notifications) is { Length: > 0 } file ? NotificationFile.Read(file) : settings;
        }
        catch (FormatException e)
        {
            logger.LogCritical("--notifications: {Error}", e.Message);
            return null;
        }

        return new OperatorOptions
        {
            Notifications = settings,
            WatchNamespaces = parsed.GetValue(watchNamespaces)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            SidecarImage = parsed.GetValue(sidecarImage)!,
            MaxConcurrentRuns = parsed.GetValue(maxConcurrentRuns),
            LeaderElection = parsed.GetValue(leaderElection),
            Resync = resyncEvery,
            JobTtl = ttl,
            MetricsBindAddress = BindAddress.Parse(address),
        };
    }

    private static Option<T> Flag<T>(string name, string description, T otherwise) =>
        new(name) { Description = description, DefaultValueFactory = _ => otherwise };
}
