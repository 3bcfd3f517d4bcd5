using System.Net;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.S3;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>What an error of the store means, and whether to ask again.</summary>
internal static class S3Errors
{
    private static readonly string[] Transient =
        ["SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "OperationAborted", "ThrottlingException", "Throttling", "RequestLimitExceeded", "BandwidthLimitExceeded", "RequestThrottled", "ConditionalRequestConflict"];

    public static (bool Retry, TimeSpan? After) ShouldRetry(Exception error) => error switch
    {
        AmazonS3Exception s3 => (IsTransient(s3), RetryAfter(s3)),
        StorageException => (false, null),
        _ when IsUntrusted(error) || error.InnerException is StorageException => (false, null),
        AmazonServiceException => (true, null),
        AmazonClientException => (!IsWithoutIdentity(error), null),
        HttpRequestException or IOException or TaskCanceledException or TimeoutException or WebException => (true, null),
        _ => (false, null),
    };

    public static StorageException Translate(Exception error, string what, S3StoreOptions options)
    {
        if (error is StorageException already)
        {
            return already;
        }

        if (error.InnerException is StorageException inner)
        {
            return inner;
        }

        var bucket = $"bucket {options.Bucket} at {options.Endpoint ?? "AWS"}";
        if (error is not AmazonS3Exception s3)
        {
            if (IsUntrusted(error))
            {
                return new StorageException(
                    StorageFailure.Refused, $"{what}: the certificate of {bucket} is not trusted: {Deepest(error)}. Name its authority with caSecretRef.", error);
            }

            if (IsWithoutIdentity(error))
            {
                return new StorageException(
                    StorageFailure.Refused,
                    $"{what}: there are no credentials for {bucket}: {Deepest(error)}. Name a Secret with credentialsSecretRef, or give the pod's service account an identity.",
                    error);
            }

            return new StorageException(
                StorageFailure.Unavailable,
                $"{what}: {bucket} cannot be reached: {Deepest(error)}. Check the endpoint, and the network between them.",
                error);
        }

        return s3.ErrorCode switch
        {
            "NoSuchBucket" => new(StorageFailure.BucketNotFound, $"{what}: there is no {bucket}. Create it, or correct spec.storage.s3.bucket.", error),
            "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "ExpiredToken" or "TokenRefreshRequired" or "AuthorizationHeaderMalformed" =>
                new(StorageFailure.Refused, $"{what}: {bucket} does not accept the credentials ({s3.ErrorCode}). Correct the Secret that credentialsSecretRef names.", error),
            "RequestTimeTooSkewed" =>
                new(StorageFailure.Refused, $"{what}: the clocks of this node and of {bucket} differ too much ({s3.ErrorCode}). Set the node's clock.", error),
            "QuotaExceeded" or "InsufficientCapacity" or "InsufficientStorage" or "XMinioStorageFull" =>
                new(StorageFailure.Full, $"{what}: {bucket} is full ({s3.ErrorCode}). Make room or raise the quota.", error),
            "PreconditionFailed" => new(StorageFailure.AlreadyExists, $"{what}: the object exists already.", error),
            "NoSuchKey" or "NoSuchUpload" or "InvalidPart" or "InvalidRange" => new(StorageFailure.NotFound, $"{what}: {s3.ErrorCode} in {bucket}.", error),
            _ when s3.StatusCode == HttpStatusCode.InsufficientStorage => new(StorageFailure.Full, $"{what}: {bucket} is full. Make room.", error),
            _ when s3.StatusCode == HttpStatusCode.NotFound => new(StorageFailure.NotFound, $"{what}: not found in {bucket}.", error),
            _ when s3.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized =>
                new(StorageFailure.Refused, $"{what}: {bucket} refuses it ({s3.ErrorCode ?? s3.StatusCode.ToString()}). Check the credentials, and what their access key may do.", error),
            _ when IsTransient(s3) =>
                new(StorageFailure.Unavailable, $"{what}: {bucket} answered {(int)s3.StatusCode} {s3.ErrorCode} again and again. Look at the store.", error),
            "PermanentRedirect" or "IllegalLocationConstraintException" =>
                new(StorageFailure.Refused, $"{what}: {bucket} is in another region ({s3.ErrorCode}). Correct spec.storage.s3.region.", error),
            _ => new(StorageFailure.Refused, $"{what}: {bucket} answered {(int)s3.StatusCode} {s3.ErrorCode}: {s3.Message}", error),
        };
    }

    /// <summary>The store does not know If-None-Match.</summary>
    public static bool IsNotImplemented(Exception error) =>
        error is AmazonS3Exception { StatusCode: HttpStatusCode.NotImplemented } or AmazonS3Exception { ErrorCode: "NotImplemented" };

    private static bool IsUntrusted(Exception error) =>
        error is AuthenticationException || (error.InnerException is { } inner && IsUntrusted(inner));

    // The SDK has no type of its own for it.
    private static bool IsWithoutIdentity(Exception error) =>
        error is AmazonClientException
        && (error.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase) || error.Message.Contains("RegionEndpoint", StringComparison.Ordinal));

    private static bool IsTransient(AmazonS3Exception error) =>
        (int)error.StatusCode is >= 500 and not 501 and not 507 or 429 or 408 or 0
        || (error.ErrorCode is { } code && Transient.Contains(code));

    private static TimeSpan? RetryAfter(AmazonS3Exception error) =>
        error.InnerException is Amazon.Runtime.Internal.HttpErrorResponseException { Response: { } response }
        && response.IsHeaderPresent("Retry-After")
        && int.TryParse(response.GetHeaderValue("Retry-After"), out var seconds)
            ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 60))
            : null;

    private static string Deepest(Exception error)
    {
        while (error.InnerException is { } inner)
        {
            error = inner;
        }

        return error.Message.TrimEnd('.');
    }
}
