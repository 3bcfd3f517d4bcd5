using BackupOperator.Archive;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Configuration;

namespace BackupOperator.Sidecar.Failures;

/// <summary>Finds the reason and the exit code of whatever was thrown.</summary>
public static class FailureClassifier
{
    private const int NoSpaceLeft = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT

    public static Failure Classify(Exception problem) => problem switch
    {
        RunException known => new Failure(known.Reason, known.ExitCode, known.Message, known.Retryable) { Owner = known.Owner, IsSource = known.IsSource },
        AggregateException { InnerExceptions: [var only] } => Classify(only),
        KubernetesUnavailableException or KubernetesApiException => new Failure(
            FailureReason.KubernetesUnavailable, ExitCode.KubernetesUnavailable, problem.Message, Retryable: true),
        KubernetesConfigurationException => new Failure(FailureReason.InvalidSpec, ExitCode.Usage, problem.Message, Retryable: false),
        StorageException storage => OfStorage(storage),
        EncryptionKeyException => new Failure(FailureReason.EncryptionKeyInvalid, ExitCode.Usage, problem.Message, Retryable: false),
        CorruptArchiveException => new Failure(FailureReason.CorruptArchive, ExitCode.CorruptArchive, problem.Message, Retryable: false),
        TargetFullException => new Failure(FailureReason.TargetFull, ExitCode.TargetFull, problem.Message, Retryable: false),
        DataDirectoryException => new Failure(FailureReason.DataDirectoryError, ExitCode.DataDirectoryError, problem.Message, Retryable: true),
        IOException { HResult: NoSpaceLeft or QuotaExceeded } => new Failure(
            FailureReason.TargetFull, ExitCode.TargetFull, $"No space is left: {problem.Message}", Retryable: false),
        UnauthorizedAccessException => new Failure(
            FailureReason.DataDirectoryError, ExitCode.DataDirectoryError, $"{problem.Message} Run as the user that owns the files, or as root.", Retryable: false),
        IOException or InvalidDataException => new Failure(
            FailureReason.DataDirectoryError, ExitCode.DataDirectoryError, problem.Message, Retryable: true),
        OperationCanceledException => new Failure(FailureReason.Interrupted, ExitCode.Terminated, "Interrupted.", Retryable: true),
        _ => new Failure(
            FailureReason.Unexpected, ExitCode.Unexpected, $"Something unforeseen: {problem.GetType().Name}: {problem.Message}", Retryable: true),
    };

    private static Failure OfStorage(StorageException problem)
    {
        var (reason, code, retryable) = problem.Failure switch
        {
            StorageFailure.Refused => (FailureReason.StorageRefused, ExitCode.StorageRefused, false),
            StorageFailure.BucketNotFound => (FailureReason.BucketNotFound, ExitCode.StorageRefused, false),
            StorageFailure.Full => (FailureReason.StorageFull, ExitCode.StorageFull, false),
            StorageFailure.NotFound => (FailureReason.BackupNotFound, ExitCode.NotFound, false),
            StorageFailure.Archived => (FailureReason.StorageRefused, ExitCode.StorageRefused, false),
            StorageFailure.AlreadyExists => (FailureReason.InvalidSpec, ExitCode.Usage, false),

            // The next attempt stores it again, or goes on where the other one is: nothing may be cleared away.
            StorageFailure.Lost or StorageFailure.TakenOver => (FailureReason.StorageUnavailable, ExitCode.StorageUnavailable, true),
            _ => (FailureReason.StorageUnavailable, ExitCode.StorageUnavailable, true),
        };
        return new Failure(reason, code, problem.Message, retryable);
    }
}
