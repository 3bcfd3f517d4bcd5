using System.Net;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.S3.Model;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>What an error of the store means, and whether to ask again.</summary>
internal static class S3Errors
{
    private static readonly string[] Transient =
        ["SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "OperationAborted", "ThrottlingException", "Throttling", "RequestLimitExceeded", "BandwidthLimitExceeded", "RequestThrottled", "ConditionalRequestConflict"];

    private static readonly string[] Credentials =
        ["InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "TokenRefreshRequired", "AuthorizationHeaderMalformed"];

    /// <summary>Errors of the SDK in the form of our own.</summary>
    public static Exception Normalize(Exception error)
    {
        for (var at = error; at is not null; at = at.InnerException)
        {
            if (at is StorageException or TimeoutException)
            {
                return at;
            }
        }

        return error is AmazonS3Exception s3 && s3.StatusCode >= HttpStatusCode.OK
            ? new S3RequestException(s3.StatusCode, s3.ErrorCode is { Length: > 0 } code ? code : s3.StatusCode.ToString(), s3.Message, RetryAfter(s3), s3)
            : error;
    }

    /// <param name="wasAccepted">Whether the store has accepted these credentials before: then they were replaced, and the new ones are on their way. It is alike with the clock.</param>
    public static (bool Retry, TimeSpan? After) ShouldRetry(Exception error, bool wasAccepted) => error switch
    {
        S3RequestException answer => (IsTransient(answer) || (wasAccepted && (Credentials.Contains(answer.Code) || answer.Code == "RequestTimeTooSkewed")), answer.RetryAfter),
        StorageException => (false, null),
        _ when IsUntrusted(error) => (false, null),
        AmazonServiceException => (true, null),
        AmazonClientException => (!IsWithoutIdentity(error), null),
        HttpRequestException or IOException or TaskCanceledException or TimeoutException or WebException => (true, null),
        _ => (false, null),
    };

    public static StorageException Translate(Exception error, string what, S3StoreOptions options, S3Clock clock)
    {
        if (error is StorageException already)
        {
            return already;
        }

        var bucket = $"bucket {options.Bucket} at {options.Endpoint ?? "AWS"}";
        if (error is not S3RequestException answer)
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

            return error is TimeoutException
                ? new StorageException(
                    StorageFailure.Unavailable, $"{what}: {bucket} is too slow: {Deepest(error)}. Look at the store, and at the network between them.", error)
                : new StorageException(
                    StorageFailure.Unavailable, $"{what}: {bucket} cannot be reached: {Deepest(error)}. Check the endpoint, and the network between them.", error);
        }

        var status = (int)answer.Status;
        return answer.Code switch
        {
            "NoSuchBucket" => new(StorageFailure.BucketNotFound, $"{what}: there is no {bucket}. Create it, or correct spec.storage.s3.bucket.", error),
            "ExpiredToken" or "TokenRefreshRequired" =>
                new(StorageFailure.Refused, $"{what}: the credentials for {bucket} have expired ({answer.Code}), and there are no newer ones. Renew {Source(options)}.", error),
            _ when Credentials.Contains(answer.Code) =>
                new(StorageFailure.Refused, $"{what}: {bucket} does not accept the credentials ({answer.Code}). Correct {Source(options)}.{clock.Describe()}", error),
            "RequestTimeTooSkewed" =>
                new(StorageFailure.Refused, $"{what}: the clocks of this node and of {bucket} differ too much ({answer.Code}). Set the node's clock.{clock.Describe()}", error),
            "QuotaExceeded" or "InsufficientCapacity" or "InsufficientStorage" or "XMinioStorageFull" =>
                new(StorageFailure.Full, $"{what}: {bucket} is full ({answer.Code}). Make room or raise the quota.", error),
            "InvalidObjectState" =>
                new(StorageFailure.Archived, $"{what}: the object is in an archive class of {bucket}, and must be brought back before it can be read. A restore does that by itself and waits.", error),
            "PreconditionFailed" => new(StorageFailure.AlreadyExists, $"{what}: the object exists already.", error),
            "NoSuchUpload" or "InvalidPart" => new(StorageFailure.Lost, $"{what}: {answer.Code} in {bucket}.", error),
            "NoSuchKey" or "InvalidRange" => new(StorageFailure.NotFound, $"{what}: {answer.Code} in {bucket}.", error),
            _ when answer.Status == HttpStatusCode.InsufficientStorage => new(StorageFailure.Full, $"{what}: {bucket} is full. Make room.", error),
            _ when answer.Status == HttpStatusCode.NotFound => new(StorageFailure.NotFound, $"{what}: not found in {bucket}.", error),
            _ when answer.Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized =>
                new(StorageFailure.Refused, $"{what}: {bucket} refuses it ({answer.Code}). Check the credentials, and what their access key may do.{clock.Describe()}", error),
            _ when IsTransient(answer) =>
                new(StorageFailure.Unavailable, $"{what}: {bucket} answered {status} {answer.Code} again and again. Look at the store.", error),
            "PermanentRedirect" or "IllegalLocationConstraintException" =>
                new(StorageFailure.Refused, $"{what}: {bucket} is in another region ({answer.Code}). Correct spec.storage.s3.region.", error),
            _ => new(StorageFailure.Refused, $"{what}: {bucket} answered {status} {answer.Code}: {answer.Message}", error),
        };
    }

    /// <summary>Objects that a deletion has left where they are.</summary>
    public static StorageException Kept(string what, IReadOnlyList<DeleteError> errors)
    {
        var first = errors[0];
        var transient = errors.All(error => Transient.Contains(error.Code));
        return new StorageException(
            transient ? StorageFailure.Unavailable : StorageFailure.Refused,
            $"Deleting {what}: {errors.Count} objects are kept, such as {first.Key} ({first.Code}: {first.Message?.TrimEnd('.')})."
            + (transient
                ? " Look at the store."
                : " Check that the access key may delete (s3:DeleteObject), and whether the bucket locks its objects (Object Lock, retention, legal hold)."));
    }

    /// <summary>The store does not know If-None-Match.</summary>
    public static bool IsNotImplemented(Exception error) =>
        Normalize(error) is S3RequestException answer && (answer.Status == HttpStatusCode.NotImplemented || answer.Code == "NotImplemented");

    private static string Source(S3StoreOptions options) =>
        options.CredentialsFolder is null ? "the identity of the pod's service account" : "the Secret that credentialsSecretRef names";

    private static bool IsUntrusted(Exception error) =>
        error is AuthenticationException || (error.InnerException is { } inner && IsUntrusted(inner));

    // The SDK has no type of its own for it.
    private static bool IsWithoutIdentity(Exception error) =>
        error is AmazonClientException
        && (error.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase) || error.Message.Contains("RegionEndpoint", StringComparison.Ordinal));

    private static bool IsTransient(S3RequestException answer) =>
        (int)answer.Status is >= 500 and not 501 and not 507 or 429 or 408 || Transient.Contains(answer.Code);

    private static TimeSpan? RetryAfter(AmazonS3Exception error) =>
        error.InnerException is HttpErrorResponseException { Response: { } response }
        && System.Net.Http.Headers.RetryConditionHeaderValue.TryParse(response.GetHeaderValue("Retry-After"), out var wish)
            ? S3ErrorAnswer.WishOf(wish)
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
