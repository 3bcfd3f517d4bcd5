using BackupOperator.Archive;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Storage;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Sidecar.Failures;

namespace BackupOperator.Sidecar.Tests.Failures;

public sealed class FailureClassifierTests
{
    public static TheoryData<Exception, string, ExitCode, bool> Problems => new()
    {
        { new StorageException(StorageFailure.Refused, "m"), FailureReason.StorageRefused, ExitCode.StorageRefused, false },
        { new StorageException(StorageFailure.BucketNotFound, "m"), FailureReason.BucketNotFound, ExitCode.StorageRefused, false },
        { new StorageException(StorageFailure.Full, "m"), FailureReason.StorageFull, ExitCode.StorageFull, false },
        { new StorageException(StorageFailure.Unavailable, "m"), FailureReason.StorageUnavailable, ExitCode.StorageUnavailable, true },
        { new StorageException(StorageFailure.NotFound, "m"), FailureReason.BackupNotFound, ExitCode.NotFound, false },
        { new StorageException(StorageFailure.Lost, "m"), FailureReason.StorageUnavailable, ExitCode.StorageUnavailable, true },
        { new StorageException(StorageFailure.TakenOver, "m"), FailureReason.StorageUnavailable, ExitCode.StorageUnavailable, true },
        { new CorruptArchiveException("m"), FailureReason.CorruptArchive, ExitCode.CorruptArchive, false },
        { new TargetFullException("m"), FailureReason.TargetFull, ExitCode.TargetFull, false },
        { new IOException("m", 28), FailureReason.TargetFull, ExitCode.TargetFull, false },
        { new IOException("m", 5), FailureReason.DataDirectoryError, ExitCode.DataDirectoryError, true },
        { new UnauthorizedAccessException("m"), FailureReason.DataDirectoryError, ExitCode.DataDirectoryError, false },
        { new KubernetesUnavailableException("m"), FailureReason.KubernetesUnavailable, ExitCode.KubernetesUnavailable, true },
        { new OperationCanceledException("m"), FailureReason.Interrupted, ExitCode.Terminated, true },
        { new InvalidOperationException("m"), FailureReason.Unexpected, ExitCode.Unexpected, true },
        { new AggregateException(new CorruptArchiveException("m")), FailureReason.CorruptArchive, ExitCode.CorruptArchive, false },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void Each_problem_has_its_reason_and_its_exit_code(Exception problem, string reason, ExitCode code, bool retryable)
    {
        var failure = FailureClassifier.Classify(problem);
        (failure.Reason, failure.ExitCode, failure.Retryable).ShouldBe((reason, code, retryable));

        // Only codes that the Job's failure policy does not take for final are worth another attempt.
        if (retryable)
        {
            ((int)failure.ExitCode).ShouldNotBeInRange(64, 75);
        }
    }
}
