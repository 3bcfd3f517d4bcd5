namespace BackupOperator.Runs;

/// <summary>Reads the quiesce mark of a StatefulSet as the planners see it. Pure.</summary>
internal static class MarkReader
{
    /// <returns>Null where there is no mark; one without a run where it cannot be read.</returns>
    public static MarkObservation? Read(V1StatefulSet set)
    {
        if (set.Annotation(QuiesceMark.Annotation) is not { } text)
        {
            return null;
        }

        return QuiesceMark.Parse(text) is { } mark
            ? new MarkObservation(mark.Run, mark.Pod, mark.Replicas, mark.Since, mark.Deadline, mark.Swapping)
            {
                QuiescedReplicas = mark.QuiescedReplicas,
                Kind = mark.Kind,
                Name = mark.Name,
            }
            : new MarkObservation("", "", 0, default, default);
    }
}
