using System.Text.Json;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Sidecar.Reporting;

/// <summary>Leaves the cause of a failure where the kubelet picks it up, for the case that the API cannot be told.</summary>
public static class TerminationLog
{
    /// <summary>The kubelet reads 4096 bytes; JSON that is cut off would be no JSON.</summary>
    private const int LongestMessage = 1000;

    /// <summary>Writes; a log that cannot be written is no failure of its own.</summary>
    public static void Write(string path, RunFailure failure)
    {
        var message = failure.Message.Length > LongestMessage ? failure.Message[..LongestMessage] + "…" : failure.Message;
        try
        {
            // Not created where there is none: outside of a pod nobody would look there.
            using var stream = new FileStream(path, FileMode.Truncate, FileAccess.Write);
            JsonSerializer.Serialize(stream, failure with { Message = message }, KubernetesJson.Options);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
        }
    }
}
