using BackupOperator.Backups;
using BackupOperator.Catalogs;
using BackupOperator.Guard;
using BackupOperator.Jobs;
using BackupOperator.Kubernetes.Events;
using BackupOperator.Kubernetes.Reconciliation;
using BackupOperator.Metrics;
using BackupOperator.Notifications;
using BackupOperator.Options;
using BackupOperator.Pruning;
using BackupOperator.Restores;
using BackupOperator.Retention;
using BackupOperator.Runs;
using BackupOperator.Schedules;
using BackupOperator.Statuses;
using BackupOperator.Targets;

namespace BackupOperator;

/// <summary>Puts the operator together: the controllers on one client.</summary>
internal sealed class Composition(
    IKubernetesClient client,
    OperatorOptions options,
    IServerProbe server,
    IEventPublisher events,
    INotifier notifier,
    TimeProvider time,
    ILoggerFactory loggers,
    OperatorMetrics metrics)
{
    private const string OurObjects = RunLabels.ManagedBy + "=" + RunLabels.Operator;

    public ControllerHost Build()
    {
        var host = new ControllerHost(client, options.Controllers, time, loggers);
        metrics.Targets.Observe(host.CacheOf<V1StatefulSet>(), host.CacheOf<MySqlBackup>(), host.CacheOf<MySqlRestore>());
        var schedulesKnown = host.CacheOf<MySqlBackupSchedule>();
        metrics.Schedules.Observe(schedulesKnown);
        var lookup = new RunLookup(client, host.CacheOf<MySqlBackup>(), host.CacheOf<MySqlRestore>(), options.MaxConcurrentRuns);
        var statuses = new StatusWriter(client);
        var stalls = new Stalls(client, statuses, events, time);
        var observer = new RunObserver(client, lookup, options, time);
        var actions = new RunActions(client, new TargetLease(client, time), options);
        var claims = new ClaimChecks(client);
        var notifications = new RunNotifier(notifier, host.CacheOf<MySqlBackup>(), time);
        var backups = new RunReconciler<MySqlBackup>(
            new BackupFlow(claims, server, client, new CopyTurns(host.CacheOf<MySqlBackup>(), options.MaxConcurrentCopies), time),
            observer, statuses, stalls, actions, events, metrics.Runs, notifications, time, loggers.CreateLogger<MySqlBackupController>());
        var restores = new RunReconciler<MySqlRestore>(
            new RestoreFlow(claims, new SourceResolver(client)), observer, statuses, stalls, actions, events, metrics.Runs, notifications, time, loggers.CreateLogger<MySqlRestoreController>());
        var guard = new StatefulSetGuardController(
            new GuardObserver(client, lookup, new PodAnswer(server, time), time), new GuardActions(client, statuses, time),
            events, notifier, time, loggers.CreateLogger<StatefulSetGuardController>());

        var keeper = new RetentionKeeper(host.CacheOf<MySqlBackup>(), host.CacheOf<MySqlRestore>(), statuses, events, time, loggers.CreateLogger<RetentionKeeper>());
        var expiry = new BackupExpiry(host.CacheOf<MySqlBackup>(), host.CacheOf<MySqlRestore>(), schedulesKnown, keeper, statuses, time);
        var pruner = new PruneReconciler(client, new PruneSettlement(client, statuses, events, metrics.Prunes, time, loggers.CreateLogger<PruneSettlement>()), options, time);

        var importer = new CatalogImporter(
            new CatalogObserver(client, time), new CatalogActions(client, options), new CatalogPageTaker(client, host.CacheOf<MySqlBackup>(), host.CacheOf<MySqlBackupSchedule>(), time),
            statuses, events, time, loggers.CreateLogger<CatalogImporter>());
        var schedules = new MySqlBackupScheduleController(
            new ScheduleObserver(client, host.CacheOf<MySqlBackup>()), new ScheduleActions(client), keeper, importer, statuses, stalls, events, notifier, time, loggers.CreateLogger<MySqlBackupScheduleController>());

        var backupController = new MySqlBackupController(backups, expiry, pruner);
        var restoreController = new MySqlRestoreController(restores);
        return host
            .Add(backupController, builder => Follow(builder.WithFinalizer(backupController).WithFinalizer(new DataFinalizer(pruner)).WithFilter(MySqlBackupController.IsOfInterest).WithoutResync(b => MySqlBackupController.WaitsToExpire(b, time.GetUtcNow())), MySqlBackup.KindName, lookup)
                .Watches<V1Job>(PruneJob.Of, OurObjects))
            .Add(restoreController, builder => Follow(builder.WithFinalizer(restoreController).WithFinalizer(new PreviousDataFinalizer(restores, client, events, time)).WithFilter(MySqlRestoreController.IsOfInterest), MySqlRestore.KindName, lookup))
            .Add(schedules, builder => builder
                .WithLogProperties(schedule => [new("target", schedule.Spec.Template.Spec.Target.StatefulSet)])
                .Owns<V1Job>(OurObjects)
                .Watches<MySqlBackup>(backup => ScheduledBackups.WokenBy(backup, schedulesKnown()), concerns: ScheduledBackups.Concerns))
            .Add(guard, builder => builder
                .WithFilter(StatefulSetGuardController.IsMarked)
                .WithLogProperties(set => [new("run", QuiesceMark.Parse(set.Annotation(QuiesceMark.Annotation))?.Run), new("target", set.Metadata.Name)])
                .Watches<V1Pod>(pod => RunTriggers.MarkedBy(pod), OurObjects));
    }

    /// <summary>What happens to a run's Job, to its pods and to its target reconciles the run at once; so does the end of a run that it waits for.</summary>
    private static ControllerBuilder<TEntity> Follow<TEntity>(ControllerBuilder<TEntity> builder, string kind, RunLookup lookup)
        where TEntity : class, IRunEntity => builder
            .WithLogProperties(run => [new("run", run.Metadata.Uid), new("target", run.RunSpec.Target.StatefulSet)])
            .Owns<V1Job>(OurObjects)
            .Watches<V1Pod>(pod => RunTriggers.OfPod(pod, kind), OurObjects)
            .Watches<V1StatefulSet>(set => RunTriggers.OfTarget(set, kind))
            .Watches<MySqlBackup>(backup => lookup.WokenBy(backup, kind))
            .Watches<MySqlRestore>(restore => lookup.WokenBy(restore, kind));
}
