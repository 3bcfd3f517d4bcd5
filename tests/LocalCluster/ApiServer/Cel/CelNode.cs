namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>A parsed expression.</summary>
internal abstract record CelNode;

/// <summary>null, bool, long, ulong, double, string or byte[].</summary>
internal sealed record CelLiteral(object? Value) : CelNode;

internal sealed record CelIdentifier(string Name) : CelNode;

internal sealed record CelSelect(CelNode Operand, string Field) : CelNode;

/// <summary><c>has(operand.field)</c>.</summary>
internal sealed record CelHas(CelNode Operand, string Field) : CelNode;

internal sealed record CelIndex(CelNode Operand, CelNode Key) : CelNode;

internal sealed record CelCall(CelNode? Target, string Function, IReadOnlyList<CelNode> Arguments) : CelNode;

internal sealed record CelListLiteral(IReadOnlyList<CelNode> Items) : CelNode;

internal sealed record CelMapLiteral(IReadOnlyList<(CelNode Key, CelNode Value)> Entries) : CelNode;

internal sealed record CelConditional(CelNode Condition, CelNode Then, CelNode Else) : CelNode;

internal sealed record CelUnary(string Operator, CelNode Operand) : CelNode;

internal sealed record CelBinary(string Operator, CelNode Left, CelNode Right) : CelNode;

/// <summary>all, exists, exists_one, filter or map over a range.</summary>
internal sealed record CelComprehension(string Macro, CelNode Range, string Variable, CelNode? Predicate, CelNode Body) : CelNode;
