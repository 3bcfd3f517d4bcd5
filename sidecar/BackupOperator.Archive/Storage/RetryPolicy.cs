namespace BackupOperator.Archive.Storage;

/// <summary>How often and how long apart a request is repeated: exponential back-off with full jitter, a server's Retry-After first.</summary>
public sealed record RetryPolicy
{
    public int Attempts { get; init; } = 10;

    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(20);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Random Random { get; init; } = new();

    /// <summary>Runs a request; <paramref name="shouldRetry"/> says of an error whether, and after which wish of the server, to try again.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, Func<Exception, (bool Retry, TimeSpan? After)> shouldRetry, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await request(cancellationToken);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested && attempt < Attempts && shouldRetry(error) is { Retry: true } wish)
            {
                await Task.Delay(Delay(attempt, wish.After), Time, cancellationToken);
            }
        }
    }

    private TimeSpan Delay(int attempt, TimeSpan? wish)
    {
        var ceiling = Math.Min(FirstDelay.TotalMilliseconds * Math.Pow(2, attempt - 1), LongestDelay.TotalMilliseconds);
        double jitter;
        lock (Random)
        {
            jitter = Random.NextDouble();
        }

        var delay = TimeSpan.FromMilliseconds(ceiling * (0.5 + (jitter / 2)));
        return wish > delay ? wish.Value : delay;
    }
}
