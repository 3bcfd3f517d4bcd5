namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>Parses expressions by recursive descent (the grammar of cel-spec, doc/langdef.md).</summary>
internal sealed class CelParser
{
    private static readonly string[] Relations = ["<", "<=", ">", ">=", "==", "!="];
    private readonly string source;
    private readonly List<CelToken> tokens;
    private int at;

    private CelParser(string source) => (this.source, tokens) = (source, CelLexer.Split(source));

    /// <exception cref="CelException">The text is no expression.</exception>
    public static CelNode Parse(string text)
    {
        var parser = new CelParser(text);
        var node = parser.Expression();
        if (parser.Peek.Kind != CelTokenKind.End)
        {
            throw parser.Unexpected();
        }

        return node;
    }

    private CelToken Peek => tokens[at];

    private CelNode Expression()
    {
        var condition = Or();
        if (!Take("?"))
        {
            return condition;
        }

        var then = Or();
        Require(":");
        return new CelConditional(condition, then, Expression());
    }

    private CelNode Or()
    {
        var left = And();
        while (Take("||"))
        {
            left = new CelBinary("||", left, And());
        }

        return left;
    }

    private CelNode And()
    {
        var left = Relation();
        while (Take("&&"))
        {
            left = new CelBinary("&&", left, Relation());
        }

        return left;
    }

    private CelNode Relation()
    {
        var left = Sum();
        while (true)
        {
            if (Peek is { Kind: CelTokenKind.Operator } token && Relations.Contains(token.Text))
            {
                at++;
                left = new CelBinary(token.Text, left, Sum());
            }
            else if (Peek is { Kind: CelTokenKind.Identifier, Text: "in" })
            {
                at++;
                left = new CelBinary("in", left, Sum());
            }
            else
            {
                return left;
            }
        }
    }

    private CelNode Sum()
    {
        var left = Product();
        while (Peek is { Kind: CelTokenKind.Operator, Text: "+" or "-" } token)
        {
            at++;
            left = new CelBinary(token.Text, left, Product());
        }

        return left;
    }

    private CelNode Product()
    {
        var left = Unary();
        while (Peek is { Kind: CelTokenKind.Operator, Text: "*" or "/" or "%" } token)
        {
            at++;
            left = new CelBinary(token.Text, left, Unary());
        }

        return left;
    }

    private CelNode Unary()
    {
        if (Take("!"))
        {
            return new CelUnary("!", Unary());
        }

        return Take("-") ? new CelUnary("-", Unary()) : Member();
    }

    private CelNode Member()
    {
        var node = Primary();
        while (true)
        {
            if (Take("."))
            {
                var name = Identifier();
                node = Take("(") ? MethodCall(node, name) : new CelSelect(node, CelNames.Unescape(name));
            }
            else if (Take("["))
            {
                node = new CelIndex(node, Expression());
                Require("]");
            }
            else
            {
                return node;
            }
        }
    }

    private CelNode MethodCall(CelNode target, string name)
    {
        var arguments = Arguments();
        if (name is "all" or "exists" or "exists_one" or "existsOne" or "filter" && arguments is [CelIdentifier variable, var body])
        {
            return new CelComprehension(name == "existsOne" ? "exists_one" : name, target, variable.Name, null, body);
        }

        return (name, arguments) switch
        {
            ("map", [CelIdentifier item, var each]) => new CelComprehension("map", target, item.Name, null, each),
            ("map", [CelIdentifier item, var predicate, var each]) => new CelComprehension("map", target, item.Name, predicate, each),
            _ => new CelCall(target, name, arguments),
        };
    }

    private CelNode Primary()
    {
        var token = Peek;
        at++;
        switch (token.Kind)
        {
            case CelTokenKind.Integer:
                return new CelLiteral(long.TryParse(token.Text, CultureInfo.InvariantCulture, out var whole) ? whole : throw new CelException($"invalid int literal: {token.Text}"));
            case CelTokenKind.Unsigned:
                return new CelLiteral(ulong.Parse(token.Text, CultureInfo.InvariantCulture));
            case CelTokenKind.Real:
                return new CelLiteral(double.Parse(token.Text, CultureInfo.InvariantCulture));
            case CelTokenKind.Text:
                return new CelLiteral(token.Text);
            case CelTokenKind.Bytes:
                return new CelLiteral(Encoding.UTF8.GetBytes(token.Text));
            case CelTokenKind.Identifier:
                return Named(token.Text);
            case CelTokenKind.Operator when token.Text == "(":
                var inner = Expression();
                Require(")");
                return inner;
            case CelTokenKind.Operator when token.Text == "[":
                return new CelListLiteral(Sequence("]"));
            case CelTokenKind.Operator when token.Text == "{":
                return MapLiteral();
            case CelTokenKind.Operator when token.Text == ".":
                return Named(Identifier());
            default:
                at--;
                throw Unexpected();
        }
    }

    private CelNode Named(string name)
    {
        switch (name)
        {
            case "true":
                return new CelLiteral(true);
            case "false":
                return new CelLiteral(false);
            case "null":
                return new CelLiteral(null);
        }

        if (!Take("("))
        {
            return new CelIdentifier(name);
        }

        var arguments = Arguments();
        if (name == "has")
        {
            return arguments is [CelSelect select]
                ? new CelHas(select.Operand, select.Field)
                : throw new CelException($"ERROR: <input>:1:{Peek.Position}: invalid argument to has() macro");
        }

        return new CelCall(null, name, arguments);
    }

    private CelMapLiteral MapLiteral()
    {
        var entries = new List<(CelNode, CelNode)>();
        while (!Take("}"))
        {
            var key = Expression();
            Require(":");
            entries.Add((key, Expression()));
            if (!Take(","))
            {
                Require("}");
                break;
            }
        }

        return new CelMapLiteral(entries);
    }

    private List<CelNode> Arguments() => Sequence(")");

    private List<CelNode> Sequence(string end)
    {
        var items = new List<CelNode>();
        while (!Take(end))
        {
            items.Add(Expression());
            if (!Take(","))
            {
                Require(end);
                break;
            }
        }

        return items;
    }

    private string Identifier()
    {
        if (Peek.Kind != CelTokenKind.Identifier)
        {
            throw Unexpected();
        }

        return tokens[at++].Text;
    }

    private bool Take(string sign)
    {
        if (Peek.Kind != CelTokenKind.Operator || Peek.Text != sign)
        {
            return false;
        }

        at++;
        return true;
    }

    private void Require(string sign)
    {
        if (!Take(sign))
        {
            throw Unexpected();
        }
    }

    private CelException Unexpected() =>
        new($"ERROR: <input>:1:{Peek.Position + 1}: Syntax error: mismatched input '{(Peek.Kind == CelTokenKind.End ? "<EOF>" : Peek.Text)}'\n | {source}\n | {new string('.', Peek.Position)}^");
}
