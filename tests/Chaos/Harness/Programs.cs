using BackupOperator.TestSupport.Programs;

namespace BackupOperator.Chaos.Harness;

/// <summary>What is struck: each a <c>.dll</c>, or an executable as it is published.</summary>
internal sealed record Programs(string Operator, string Sidecar)
{
    /// <summary>Those that were built with this one.</summary>
    public static Programs Built => new(BuiltProgram.Operator, BuiltProgram.Sidecar);
}
