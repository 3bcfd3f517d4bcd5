namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>Splits an expression of the Common Expression Language into words (cel-spec, doc/langdef.md).</summary>
internal static class CelLexer
{
    private static readonly string[] Operators = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}"];

    public static List<CelToken> Split(string text)
    {
        var tokens = new List<CelToken>();
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
            }
            else if (text.AsSpan(at).StartsWith("//"))
            {
                var end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length : end;
            }
            else
            {
                tokens.Add(Next(text, ref at));
            }
        }

        tokens.Add(new CelToken(CelTokenKind.End, "", text.Length));
        return tokens;
    }

    private static CelToken Next(string text, ref int at)
    {
        var start = at;
        if (CelText.Starts(text, at))
        {
            return CelText.Read(text, ref at);
        }

        if (char.IsAsciiDigit(text[at]) || (text[at] == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            return Number(text, ref at);
        }

        if (char.IsAsciiLetter(text[at]) || text[at] == '_')
        {
            while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_'))
            {
                at++;
            }

            return new CelToken(CelTokenKind.Identifier, text[start..at], start);
        }

        foreach (var sign in Operators)
        {
            if (string.CompareOrdinal(text, at, sign, 0, sign.Length) == 0)
            {
                at += sign.Length;
                return new CelToken(CelTokenKind.Operator, sign, start);
            }
        }

        throw new CelException($"ERROR: <input>:1:{at + 1}: Syntax error: token recognition error at: '{text[at]}'");
    }

    private static CelToken Number(string text, ref int at)
    {
        var start = at;
        if (text.AsSpan(at).StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            at += 2;
            while (at < text.Length && char.IsAsciiHexDigit(text[at]))
            {
                at++;
            }

            return new CelToken(CelTokenKind.Integer, long.Parse(text.AsSpan(start + 2, at - start - 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture), start);
        }

        var real = false;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || (text[at] == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]))))
        {
            real |= text[at] == '.';
            at++;
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            real = true;
            at += at + 1 < text.Length && text[at + 1] is '+' or '-' ? 2 : 1;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }
        }

        var number = text[start..at];
        if (!real && at < text.Length && text[at] is 'u' or 'U')
        {
            at++;
            return new CelToken(CelTokenKind.Unsigned, number, start);
        }

        return new CelToken(real ? CelTokenKind.Real : CelTokenKind.Integer, number, start);
    }
}
