namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>
/// Finds mistakes in a rule without a value: fields that the schema does not have, names that mean nothing, comparisons of
/// different types. The API server refuses a definition with such a rule.
/// </summary>
internal sealed class CelChecker(IReadOnlyDictionary<string, CelType> variables)
{
    private static readonly string[] Comparisons = ["<", "<=", ">", ">=", "==", "!="];

    /// <exception cref="CelException">The expression cannot be right.</exception>
    public CelType Check(CelNode node)
    {
        switch (node)
        {
            case CelLiteral literal:
                return CelType.OfLiteral(literal.Value);
            case CelIdentifier identifier:
                return variables.GetValueOrDefault(identifier.Name) ?? throw new CelException($"undeclared reference to '{identifier.Name}' (in container '')");
            case CelSelect select:
                return Field(Check(select.Operand), select.Field);
            case CelHas has:
                Field(Check(has.Operand), has.Field);
                return CelType.Bool;
            case CelIndex index:
                var operand = Check(index.Operand);
                Check(index.Key);
                return operand.Kind == "map" ? CelType.Of(operand.Schema?.AdditionalProperties) : operand.Kind == "list" ? operand.Element : CelType.Dynamic;
            case CelUnary unary:
                return unary.Operator == "!" ? RequireBool(Check(unary.Operand), "!_") : Check(unary.Operand);
            case CelBinary binary:
                return Binary(binary);
            case CelConditional conditional:
                RequireBool(Check(conditional.Condition), "_?_:_");
                Check(conditional.Else);
                return Check(conditional.Then);
            case CelComprehension comprehension:
                return Comprehension(comprehension);
            case CelCall call:
                return Call(call);
            case CelListLiteral list:
                return new CelType("list", Item: list.Items.Select(Check).ToList() is [var first, ..] ? first : CelType.Dynamic);
            case CelMapLiteral map:
                foreach (var (key, value) in map.Entries)
                {
                    Check(key);
                    Check(value);
                }

                return CelType.Dynamic;
            default:
                return CelType.Dynamic;
        }
    }

    private static CelType Field(CelType operand, string name)
    {
        if (operand.Kind == "map")
        {
            return CelType.Of(operand.Schema?.AdditionalProperties);
        }

        if (operand.Kind != "object")
        {
            return operand.IsDynamic ? CelType.Dynamic : throw new CelException($"type '{operand.Kind}' does not support field selection");
        }

        return operand.Schema!.Properties.TryGetValue(name, out var field) ? CelType.Of(field)
            : operand.Schema.EmbeddedResource && name is "apiVersion" or "kind" or "metadata" ? CelType.Dynamic
            : throw new CelException($"undefined field '{name}'");
    }

    private static CelType RequireBool(CelType type, string what) =>
        type.IsDynamic || type.Kind == "bool" ? CelType.Bool : throw new CelException($"found no matching overload for '{what}' applied to '({type.Kind})'");

    private CelType Binary(CelBinary binary)
    {
        var left = Check(binary.Left);
        var right = Check(binary.Right);
        if (binary.Operator is "&&" or "||")
        {
            RequireBool(left, $"_{binary.Operator}_");
            return RequireBool(right, $"_{binary.Operator}_");
        }

        if (binary.Operator == "in")
        {
            return right.IsDynamic || (right.Kind is "list" or "map" && left.Matches(right.Element)) ? CelType.Bool : throw NoOverload("in", left, right);
        }

        var known = !left.IsDynamic && !right.IsDynamic;
        if (Comparisons.Contains(binary.Operator))
        {
            return left.Matches(right) ? CelType.Bool : throw NoOverload(binary.Operator, left, right);
        }

        if (!known)
        {
            return left.IsDynamic ? right : left;
        }

        return (binary.Operator, left.Kind, right.Kind) switch
        {
            (_, "int" or "double" or "uint", var kind) when kind == left.Kind => left,
            ("+", "string" or "list" or "bytes" or "duration", var kind) when kind == left.Kind => left,
            ("+", "timestamp", "duration") or ("-", "timestamp", "duration") => left,
            ("+", "duration", "timestamp") => right,
            ("-", "timestamp", "timestamp") or ("-", "duration", "duration") => new CelType("duration"),
            _ => throw NoOverload(binary.Operator, left, right),
        };
    }

    private CelType Comprehension(CelComprehension node)
    {
        var range = Check(node.Range);
        if (!range.IsDynamic && range.Kind is not ("list" or "map"))
        {
            throw new CelException($"expression of type '{range.Kind}' cannot be range of a comprehension (must be list, map, or dynamic)");
        }

        var inner = new CelChecker(new Dictionary<string, CelType>(variables, StringComparer.Ordinal) { [node.Variable] = range.Element });
        if (node.Predicate is { } predicate)
        {
            RequireBool(inner.Check(predicate), "map");
        }

        var body = inner.Check(node.Body);
        return node.Macro switch
        {
            "map" => new CelType("list", Item: body),
            "filter" => new CelType("list", Item: range.Element),
            _ => RequireBool(body, node.Macro),
        };
    }

    private CelType Call(CelCall call)
    {
        if (!CelFunctions.Names.Contains(call.Function))
        {
            throw new CelException($"undeclared reference to '{call.Function}' (in container '')");
        }

        if (call.Target is { } target)
        {
            Check(target);
        }

        foreach (var argument in call.Arguments)
        {
            Check(argument);
        }

        return call.Function switch
        {
            "size" or "int" or "indexOf" or "lastIndexOf" or "getSeconds" or "getMinutes" or "getHours" or "getMilliseconds" or "compareTo" => new CelType("int"),
            "string" or "lowerAscii" or "upperAscii" or "trim" or "join" or "replace" or "substring" or "charAt" or "find" => new CelType("string"),
            "contains" or "startsWith" or "endsWith" or "matches" or "bool" or "isQuantity" or "isURL" or "isSorted" or "isGreaterThan" or "isLessThan" => CelType.Bool,
            "double" => new CelType("double"),
            "duration" => new CelType("duration"),
            "timestamp" => new CelType("timestamp"),
            "split" => new CelType("list", Item: new CelType("string")),
            _ => CelType.Dynamic,
        };
    }

    private static CelException NoOverload(string sign, CelType left, CelType right) =>
        new($"found no matching overload for '{(sign == "in" ? "@in" : $"_{sign}_")}' applied to '({left}, {right})'");
}
