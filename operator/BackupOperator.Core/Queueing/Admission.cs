namespace BackupOperator.Core.Queueing;

/// <summary>Whether a run may start.</summary>
/// <param name="Position">Its place among those that wait, from 1; 0 when it may start.</param>
/// <param name="WaitsFor">What stands in its way.</param>
public sealed record Admission(bool Admitted, int Position = 0, string? WaitsFor = null)
{
    public static Admission Free { get; } = new(Admitted: true);
}
