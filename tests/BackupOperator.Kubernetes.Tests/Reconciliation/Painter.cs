using System.Collections.Concurrent;
using BackupOperator.Kubernetes.Reconciliation;

namespace BackupOperator.Kubernetes.Tests.Reconciliation;

/// <summary>A controller that remembers what it was told, and does what a test says.</summary>
internal sealed class Painter : IEntityController<Widget>
{
    private int active;

    public ConcurrentQueue<string> Seen { get; } = new();

    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Func<Widget, Task<ReconciliationResult<Widget>>>? OnReconcile { get; set; }

    public Func<Widget, Task<ReconciliationResult<Widget>>>? OnDeleted { get; set; }

    public CancellationToken Token { get; private set; }

    public int Failures { get; private set; }

    public async Task<ReconciliationResult<Widget>> ReconcileAsync(Widget entity, CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        var finalizers = entity.Metadata.Finalizers is { Count: > 0 } list ? $" [{string.Join(',', list)}]" : "";
        Seen.Enqueue($"reconcile {entity.Metadata.Name} {entity.Spec.Colour}{finalizers}");
        Interlocked.Increment(ref active);
        try
        {
            return OnReconcile is null ? ReconciliationResult<Widget>.Success(entity) : await OnReconcile(entity);
        }
        catch
        {
            Failures++;
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref active);
        }
    }

    public Task<ReconciliationResult<Widget>> DeletedAsync(Widget entity, CancellationToken cancellationToken)
    {
        Seen.Enqueue($"deleted {entity.Metadata.Name} {entity.Spec.Colour}");
        return OnDeleted?.Invoke(entity) ?? Task.FromResult(ReconciliationResult<Widget>.Success(entity));
    }
}
