namespace BackupOperator.Targets;

/// <summary>What a run waits for before anything is done for it; the sidecar asks the same again right before its stop. Pure.</summary>
internal static class ReturnChecks
{
    /// <param name="pod">The pod whose data is archived or replaced; null where there is none.</param>
    /// <returns>Null where nothing stands against a stop, or the run is an emergency, which waits for nothing.</returns>
    public static SpecFinding? Find(IRunEntity run, ResolvedTarget target, V1Pod? pod) =>
        run.RunSpec.Priority != RunPriority.Emergency && ReturnCheck.Find(target.StatefulSet, pod, run is MySqlRestore) is var (reason, message)
            ? new SpecFinding(reason, message, Final: false)
            : null;
}
