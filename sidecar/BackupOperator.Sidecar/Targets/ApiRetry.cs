using System.Net;
using BackupOperator.Kubernetes.Client;

namespace BackupOperator.Sidecar.Targets;

/// <summary>Tries a call of the API again while the server is away or overloaded, or while two writers collide.</summary>
public sealed class ApiRetry(TimeProvider time, Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <param name="call">Reads and decides anew at each try: an answer that was lost may have changed the world.</param>
    /// <param name="patience">Null: until the cancellation.</param>
    /// <exception cref="RunException">The patience has run out.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, TimeSpan? patience, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        var pause = First;
        while (true)
        {
            TimeSpan? asked;
            try
            {
                return await call(cancellationToken);
            }
            catch (KubernetesUnavailableException away) when (!cancellationToken.IsCancellationRequested)
            {
                Check(away);
                asked = null;
            }
            catch (KubernetesApiException refused) when (IsPassing(refused) && !cancellationToken.IsCancellationRequested)
            {
                Check(refused);
                asked = refused.RetryAfter;
            }

            var delay = asked is { } wanted && wanted < Longest ? wanted : pause * (0.5 + (random.NextDouble() / 2));
            await Task.Delay(delay, time, cancellationToken);
            pause = pause * 2 < Longest ? pause * 2 : Longest;
        }

        void Check(Exception cause)
        {
            if (time.GetElapsedTime(since) >= patience)
            {
                throw new RunException(
                    FailureReason.KubernetesUnavailable,
                    ExitCode.KubernetesUnavailable,
                    $"For {patience.Value.TotalSeconds:0} s the Kubernetes API has refused or not answered: {cause.Message}{Hint(cause)}",
                    retryable: true,
                    cause);
            }
        }
    }

    // What was asked of which object is in the cause; not that rights which a run begins with can go.
    private static string Hint(Exception cause) => cause is KubernetesApiException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden }
        ? " The ServiceAccount, Role or RoleBinding of this run, which have the name of its Job, may be gone or changed; the operator makes them anew for a new run."
        : "";

    /// <summary>A conflict passes by reading again. 401 and 403 may pass, too: tokens rotate, and a new Role takes a moment.</summary>
    public static bool IsPassing(KubernetesApiException problem) =>
        problem.IsConflict
        || problem.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        || (int)problem.StatusCode >= 500;
}
