using System.Net.Sockets;
using System.Security.Authentication;

namespace BackupOperator.MySql.Transport;

/// <summary>Bounds an exchange with a server in time, and names the server in whatever goes wrong.</summary>
internal static class Deadline
{
    /// <param name="server">Host and port.</param>
    /// <param name="goal">What the server is to do, as in "did not {goal} within 10 s".</param>
    /// <param name="timeout">For the whole exchange.</param>
    /// <param name="time">The clock.</param>
    /// <param name="exchange">What to do.</param>
    /// <param name="cancellationToken">The caller's; its cancellation stays an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="MySqlClientException">Everything else.</exception>
    public static async Task<T> RunAsync<T>(
        string server, string goal, TimeSpan timeout, TimeProvider time, Func<CancellationToken, Task<T>> exchange, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await exchange(either.Token);
        }
        catch (Exception problem) when (cancellationToken.IsCancellationRequested && problem is not MySqlException)
        {
            throw new OperationCanceledException($"The exchange with MySQL at {server} was cancelled.", problem, cancellationToken);
        }
        catch (Exception problem) when (limit.IsCancellationRequested && problem is OperationCanceledException or IOException or SocketException)
        {
            throw new MySqlConnectionException($"MySQL at {server} did not {goal} within {timeout.TotalSeconds:0.###} s.", problem, isTimeout: true);
        }
        catch (Exception problem) when (problem is IOException or SocketException)
        {
            throw new MySqlConnectionException($"MySQL at {server} did not {goal}: {problem.GetBaseException().Message}", problem);
        }
        catch (AuthenticationException problem)
        {
            throw new MySqlAuthenticationException($"TLS with MySQL at {server} failed: {problem.Message}", problem);
        }
        catch (MySqlProtocolException problem)
        {
            throw new MySqlProtocolException($"MySQL at {server}: {problem.Message}", problem);
        }
    }
}
