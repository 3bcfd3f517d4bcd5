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
        Write(path, JsonSerializer.SerializeToUtf8Bytes(failure with { Message = message }, KubernetesJson.Options));
    }

    /// <summary>Writes what is left of a prune, each problem as long as there is room for.</summary>
    public static void Write(string path, PruneReport report)
    {
        for (var longest = LongestMessage; longest > 0; longest /= 2)
        {
            var text = JsonSerializer.SerializeToUtf8Bytes(
                report with { Left = [.. report.Left.Select(left => left.Problem.Length > longest ? left with { Problem = left.Problem[..longest] + "…" } : left)] }, KubernetesJson.Options);
            if (text.Length <= PruneReport.Longest)
            {
                Write(path, text);
                return;
            }
        }
    }

    private static void Write(string path, byte[] text)
    {
        try
        {
            // Not created where there is none: outside of a pod nobody would look there.
            using var stream = new FileStream(path, FileMode.Truncate, FileAccess.Write);
            stream.Write(text);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
        }
    }
}
