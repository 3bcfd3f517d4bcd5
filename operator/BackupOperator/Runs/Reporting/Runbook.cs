namespace BackupOperator.Runs;

/// <summary>The commands that bring MySQL back where neither sidecar nor operator could.</summary>
internal static class Runbook
{
    public static string For(string @namespace, string statefulSet, int replicas, bool swapping, string? job, string? pod = null)
    {
        var scale = $"""
            kubectl -n {@namespace} scale statefulset {statefulSet} --replicas={replicas}
            kubectl -n {@namespace} rollout status statefulset/{statefulSet} --timeout=10m
            kubectl -n {@namespace} annotate statefulset {statefulSet} {QuiesceMark.Annotation}-
            """;
        var look = $"""
            kubectl -n {@namespace} describe statefulset {statefulSet}
            kubectl -n {@namespace} get pods,events
            """ + (pod is null ? "" : $"\nkubectl -n {@namespace} describe pod {pod}\nkubectl -n {@namespace} logs {pod} --all-containers --tail=100")
            + (job is null ? "" : $"\nkubectl -n {@namespace} logs job/{job} --all-containers --tail=100");
        return swapping
            ? "# The restore ended while it moved the data directories. Do not start MySQL before the old data is back:\n"
                + "# in the data directory, move everything but the folders #sql-mysqlbackup-* and .mysqlbackup-* aside, and\n"
                + "# the content of .mysqlbackup-previous in such a folder back into its place. Then:\n" + look + "\n" + scale
            : "# See why MySQL does not start, mend it, then make sure that it runs:\n" + look + "\n" + scale;
    }
}
