using BackupOperator.Kubernetes.Reconciliation;

namespace BackupOperator.Kubernetes.Tests.Reconciliation;

/// <summary>A finalizer whose work is done when a test says so.</summary>
internal sealed class Cleaner : IEntityFinalizer<Widget>
{
    public string Identifier => "test.mysqlbackup.io/clean";

    public bool Ready { get; set; }

    public Exception? Problem { get; init; }

    public int Tries { get; private set; }

    public Func<Widget, bool> Needed { get; set; } = _ => true;

    public bool IsNeeded(Widget entity) => Needed(entity);

    public Task<ReconciliationResult<Widget>> FinalizeAsync(Widget entity, CancellationToken cancellationToken)
    {
        Tries++;
        return Problem is not null ? throw Problem : Task.FromResult(Ready
            ? ReconciliationResult<Widget>.Success(entity)
            : ReconciliationResult<Widget>.Failure(entity, "not clean"));
    }
}
