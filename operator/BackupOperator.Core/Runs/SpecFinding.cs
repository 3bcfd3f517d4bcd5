namespace BackupOperator.Core.Runs;

/// <summary>Why a spec cannot be carried out now.</summary>
/// <param name="Message">The resource, the cause and the way out.</param>
/// <param name="Final">No change of the world can mend it: the spec itself is wrong.</param>
public sealed record SpecFinding(string Reason, string Message, bool Final);
