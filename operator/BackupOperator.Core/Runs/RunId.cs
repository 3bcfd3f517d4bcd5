namespace BackupOperator.Core.Runs;

/// <summary>Names one run: the resource that asked for it.</summary>
/// <param name="Kind"><c>MySqlBackup</c> or <c>MySqlRestore</c>.</param>
public sealed record RunId(string Kind, string Namespace, string Name, string Uid)
{
    /// <summary>What a Lease says of its holder: <c>kind/name/uid</c>; the Lease lives in the run's namespace.</summary>
    public string Holder => $"{Kind}/{Name}/{Uid}";

    /// <summary>Reads what <see cref="Holder"/> has written.</summary>
    /// <returns>Null where the text was written by someone else.</returns>
    public static RunId? ParseHolder(string? holder, string @namespace) =>
        holder?.Split('/') is [{ Length: > 0 } kind, { Length: > 0 } name, { Length: > 0 } uid]
            ? new RunId(kind, @namespace, name, uid)
            : null;
}
