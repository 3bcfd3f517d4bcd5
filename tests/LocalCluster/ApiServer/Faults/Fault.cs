using System.Net;
using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Faults;

/// <summary>What goes wrong with a request.</summary>
public sealed record Fault
{
    /// <summary>Waits before the request is handled.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Answers with this instead of handling the request.</summary>
    public HttpStatusCode? Answer { get; init; }

    /// <summary>The Status's reason; empty for the usual one of the code.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The Status's message; null for the usual one of the code.</summary>
    public string? Message { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Breaks the connection before anything is done.</summary>
    public bool DropBefore { get; init; }

    /// <summary>Does what was asked and breaks the connection before the answer.</summary>
    public bool DropAfter { get; init; }

    /// <summary>The request waits for this before it is handled.</summary>
    public Func<RequestInfo, CancellationToken, Task>? Hold { get; init; }

    /// <summary>What was asked is done, and the answer waits for this.</summary>
    public Func<RequestInfo, CancellationToken, Task>? HoldAnswer { get; init; }

    public static Fault Conflict { get; } = new() { Answer = HttpStatusCode.Conflict };

    public static Fault Gone { get; } = new() { Answer = HttpStatusCode.Gone };

    public static Fault InternalError { get; } = new() { Answer = HttpStatusCode.InternalServerError };

    public static Fault Unavailable { get; } = new() { Answer = HttpStatusCode.ServiceUnavailable };

    /// <summary>The answer is lost although the write was done.</summary>
    public static Fault LostAnswer { get; } = new() { DropAfter = true };

    public static Fault Drop { get; } = new() { DropBefore = true };

    public static Fault TooManyRequests(TimeSpan retryAfter) => new() { Answer = HttpStatusCode.TooManyRequests, RetryAfter = retryAfter };

    public static Fault Slow(TimeSpan delay) => new() { Delay = delay };
}
