namespace BackupOperator.LocalCluster.ApiServer.Cel;

internal enum CelTokenKind
{
    End,
    Identifier,
    Integer,
    Unsigned,
    Real,
    Text,
    Bytes,
    Operator,
}

/// <summary>A word of an expression.</summary>
internal readonly record struct CelToken(CelTokenKind Kind, string Text, int Position);
