namespace BackupOperator.Core.Runs;

/// <summary>What another run has left on the target of one that wants to start: its mark, or a Lease of which nobody can tell whether it is still used.</summary>
internal static class ForeignMark
{
    /// <returns>Why the run must wait, and the way out; null where it need not.</returns>
    public static string? Obstacle(RunObservation o)
    {
        if (o.Target is not { Mark: { } mark } target || mark.RunUid == o.Run.Uid)
        {
            return o.Lease.HolderProblem is { } unknown ? $"The target is in use by a run that nobody can tell the state of: {unknown}" : null;
        }

        // Unreadable, the guard finds out alone what to go back to.
        if (mark.RunUid.Length == 0)
        {
            return $"StatefulSet {target.Name} has a mark of a stopped database that cannot be read, and the operator brings MySQL back first. "
                + $"If MySQL runs, take the annotation away: kubectl -n {o.Run.Namespace} annotate statefulset {target.Name} mysqlbackup.io/quiesced-";
        }

        var by = $"{mark.Kind} {mark.Name}";
        if (mark.Swapping)
        {
            return $"StatefulSet {target.Name} is marked by {by}, which was moving the data directories: MySQL must not be started before that is finished or undone. "
                + $"If the operator cannot do it, status.failure.runbook of {by} has the commands";
        }

        if (target.Replicas < mark.Replicas)
        {
            return $"StatefulSet {target.Name} was stopped by {by} and has {target.Replicas} of its {mark.Replicas} replicas; MySQL is brought back first. "
                + $"If it does not come back: kubectl -n {o.Run.Namespace} scale statefulset {target.Name} --replicas={mark.Replicas}";
        }

        if (!mark.RunIsOver)
        {
            return $"StatefulSet {target.Name} was stopped by {by}, which " + (mark.RunProblem is { } problem ? $"nobody can tell the state of: {problem}" : "is under way");
        }

        // It may be recovering from a crash: a backup that stops it again and again would keep it from ever coming up.
        return o.ReplacesData
            ? null
            : $"StatefulSet {target.Name} was stopped by {by} and scaled up again, and MySQL has not answered since; a backup waits until it does. "
                + $"See why it does not start (kubectl -n {o.Run.Namespace} describe pods), or restore a backup: a MySqlRestore with priority Emergency need not wait";
    }
}
