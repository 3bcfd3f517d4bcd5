using System.Net;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>What a store answered instead of doing what it was asked.</summary>
/// <param name="code">The error code, such as <c>SlowDown</c>; the status by its name where the answer had none.</param>
/// <param name="retryAfter">How long the store wants to be left alone.</param>
internal sealed class S3RequestException(HttpStatusCode status, string code, string message, TimeSpan? retryAfter = null, Exception? inner = null)
    : Exception(message, inner)
{
    public HttpStatusCode Status => status;

    public string Code => code;

    public TimeSpan? RetryAfter => retryAfter;
}
