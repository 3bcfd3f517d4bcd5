using System.Runtime.ExceptionServices;

namespace BackupOperator.Archive.Reading;

/// <summary>Tasks that belong together: the first to fail stops the others, and its error is the one that is thrown.</summary>
internal static class FirstFailure
{
    public static async Task WhenAllAsync(IEnumerable<Task> tasks, CancellationTokenSource stop)
    {
        Exception? first = null;
        await Task.WhenAll(tasks.Select(async task =>
        {
            try
            {
                await task;
            }
            catch (Exception error)
            {
                if (error is not OperationCanceledException)
                {
                    Interlocked.CompareExchange(ref first, error, null);
                }

                await stop.CancelAsync();
            }
        }));
        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        stop.Token.ThrowIfCancellationRequested();
    }
}
