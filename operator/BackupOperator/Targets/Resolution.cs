namespace BackupOperator.Targets;

/// <summary>Either what was looked for, or why it cannot be had.</summary>
internal sealed record Resolution<T>(T? Value, SpecFinding? Finding)
    where T : class
{
    public static implicit operator Resolution<T>(T value) => new(value, null);

    public static implicit operator Resolution<T>(SpecFinding finding) => new(null, finding);
}
