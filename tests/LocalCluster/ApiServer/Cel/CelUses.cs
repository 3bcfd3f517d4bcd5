namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>Looks for what an expression refers to.</summary>
internal static class CelUses
{
    public static bool Variable(CelNode? node, string name) => node switch
    {
        CelIdentifier identifier => identifier.Name == name,
        _ => node is not null && Children(node).Any(child => Variable(child, name)),
    };

    public static IEnumerable<CelNode> Children(CelNode node) => node switch
    {
        CelSelect select => [select.Operand],
        CelHas has => [has.Operand],
        CelIndex index => [index.Operand, index.Key],
        CelCall call => call.Target is null ? call.Arguments : [call.Target, .. call.Arguments],
        CelListLiteral list => list.Items,
        CelMapLiteral map => map.Entries.SelectMany(entry => new[] { entry.Key, entry.Value }),
        CelConditional conditional => [conditional.Condition, conditional.Then, conditional.Else],
        CelUnary unary => [unary.Operand],
        CelBinary binary => [binary.Left, binary.Right],
        CelComprehension comprehension => comprehension.Predicate is null ? [comprehension.Range, comprehension.Body] : [comprehension.Range, comprehension.Predicate, comprehension.Body],
        _ => [],
    };
}
