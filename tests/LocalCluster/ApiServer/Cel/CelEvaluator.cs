namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>Computes expressions. Errors are exceptions; <c>&amp;&amp;</c>, <c>||</c> and the macros absorb them where the other side decides.</summary>
internal sealed class CelEvaluator(IReadOnlyDictionary<string, object?> variables)
{
    public object? Evaluate(CelNode node) => node switch
    {
        CelLiteral literal => literal.Value,
        CelIdentifier identifier => variables.TryGetValue(identifier.Name, out var value) ? value : throw new CelException($"undeclared reference to '{identifier.Name}'"),
        CelSelect select => Select(Evaluate(select.Operand), select.Field),
        CelHas has => Evaluate(has.Operand) is CelMap map ? map.TryGet(has.Field, out _) : throw new CelException("no such overload"),
        CelIndex index => Index(Evaluate(index.Operand), Evaluate(index.Key)),
        CelListLiteral list => list.Items.Select(Evaluate).ToList(),
        CelMapLiteral map => new CelMap([.. map.Entries.Select(entry => (Evaluate(entry.Key), Evaluate(entry.Value)))]),
        CelConditional conditional => Evaluate(Truth(Evaluate(conditional.Condition)) ? conditional.Then : conditional.Else),
        CelUnary { Operator: "!" } not => !Truth(Evaluate(not.Operand)),
        CelUnary negation => Negate(Evaluate(negation.Operand)),
        CelBinary { Operator: "&&" or "||" } logic => Logic(logic),
        CelBinary binary => CelOperators.Apply(binary.Operator, Evaluate(binary.Left), Evaluate(binary.Right)),
        CelComprehension comprehension => Comprehend(comprehension),
        CelCall call => CelFunctions.Call(call.Function, call.Target is null ? null : Evaluate(call.Target), [.. call.Arguments.Select(Evaluate)], call.Target is not null),
        _ => throw new CelException("unknown expression"),
    };

    public static bool Truth(object? value) => value is bool truth ? truth : throw new CelException("no such overload");

    private static object? Select(object? operand, string field) =>
        operand is CelMap map
            ? map.TryGet(field, out var value) ? value : throw new CelException($"no such key: {field}")
            : throw new CelException("no such overload");

    private static object? Index(object? operand, object? key) => (operand, key) switch
    {
        (CelMap map, _) => map.TryGet(key, out var value) ? value : throw new CelException($"no such key: {key}"),
        (List<object?> list, long at) => at >= 0 && at < list.Count ? list[(int)at] : throw new CelException($"index out of bounds: {at}"),
        _ => throw new CelException("no such overload"),
    };

    private static object Negate(object? value) => value switch
    {
        long whole => checked(-whole),
        double real => -real,
        TimeSpan duration => -duration,
        _ => throw new CelException("no such overload"),
    };

    private bool Logic(CelBinary logic)
    {
        var decisive = logic.Operator == "||";
        try
        {
            if (Truth(Evaluate(logic.Left)) == decisive)
            {
                return decisive;
            }
        }
        catch (CelException)
        {
            // The left side's error counts only where the right side does not decide alone.
            if (Truth(Evaluate(logic.Right)) == decisive)
            {
                return decisive;
            }

            throw;
        }

        return Truth(Evaluate(logic.Right));
    }

    private object? Comprehend(CelComprehension node)
    {
        var range = Evaluate(node.Range) switch
        {
            List<object?> list => list,
            CelMap map => map.Keys.ToList(),
            _ => throw new CelException("no such overload"),
        };
        return node.Macro switch
        {
            "all" => Quantify(range, node, decisive: false),
            "exists" => Quantify(range, node, decisive: true),
            "exists_one" => range.Count(item => Truth(With(node, item).Evaluate(node.Body))) == 1,
            "filter" => range.Where(item => Truth(With(node, item).Evaluate(node.Body))).ToList(),
            _ => range
                .Where(item => node.Predicate is null || Truth(With(node, item).Evaluate(node.Predicate)))
                .Select(item => With(node, item).Evaluate(node.Body))
                .ToList(),
        };
    }

    private bool Quantify(List<object?> range, CelComprehension node, bool decisive)
    {
        CelException? failure = null;
        foreach (var item in range)
        {
            try
            {
                if (Truth(With(node, item).Evaluate(node.Body)) == decisive)
                {
                    return decisive;
                }
            }
            catch (CelException error)
            {
                failure ??= error;
            }
        }

        return failure is null ? !decisive : throw failure;
    }

    private CelEvaluator With(CelComprehension node, object? item) =>
        new(new Dictionary<string, object?>(variables, StringComparer.Ordinal) { [node.Variable] = item });
}
