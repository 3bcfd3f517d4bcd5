namespace BackupOperator.Runs;

/// <summary>Reads and writes the recorded decisions to replace a Job.</summary>
internal static class RevisionMapper
{
    public static IReadOnlyList<Revision> Read(List<RevisionStatus>? revisions) =>
        [.. (revisions ?? []).Select(r => new Revision(r.Reason ?? "", r.Message ?? "", r.JobUid ?? ""))];

    public static RevisionStatus Write(Revision revision) =>
        new() { Reason = revision.Reason, Message = revision.Message, JobUid = revision.JobUid };
}
