namespace BackupOperator.Runs;

/// <summary>What a look for the resource of a run has found.</summary>
/// <param name="Entity">Null where it is gone, and where it cannot be read.</param>
/// <param name="Problem">Why it cannot be read, and the way out; null where it was read or is gone.</param>
internal sealed record FoundRun(IRunEntity? Entity, string? Problem = null)
{
    public static FoundRun None { get; } = new(Entity: null);

    /// <summary>It is there in a phase that is not the last, or nobody can tell.</summary>
    public bool MayBeOpen => Problem is not null || (Entity is not null && !RunLookup.StageOf(Entity).IsOver());
}
