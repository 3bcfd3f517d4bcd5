namespace BackupOperator.LocalCluster.ApiServer.Cel;

/// <summary>Reads string literals: single, double and triple quotes, raw strings and escapes.</summary>
internal static class CelText
{
    public static bool Starts(string text, int at)
    {
        while (at < text.Length && text[at] is 'r' or 'R' or 'b' or 'B')
        {
            at++;
        }

        return at < text.Length && text[at] is '"' or '\'';
    }

    public static CelToken Read(string text, ref int at)
    {
        var start = at;
        var raw = false;
        var bytes = false;
        for (; text[at] is not ('"' or '\''); at++)
        {
            raw |= text[at] is 'r' or 'R';
            bytes |= text[at] is 'b' or 'B';
        }

        var quote = text[at].ToString();
        var triple = quote + quote + quote;
        if (string.CompareOrdinal(text, at, triple, 0, 3) == 0)
        {
            quote = triple;
        }

        at += quote.Length;
        var result = new StringBuilder();
        while (true)
        {
            if (at >= text.Length)
            {
                throw new CelException($"ERROR: <input>:1:{start + 1}: Syntax error: token recognition error at: '{text[start..]}'");
            }

            if (string.CompareOrdinal(text, at, quote, 0, quote.Length) == 0)
            {
                at += quote.Length;
                return new CelToken(bytes ? CelTokenKind.Bytes : CelTokenKind.Text, result.ToString(), start);
            }

            if (text[at] == '\\' && !raw)
            {
                Escape(text, ref at, result);
            }
            else
            {
                result.Append(text[at++]);
            }
        }
    }

    private static void Escape(string text, ref int at, StringBuilder result)
    {
        at++;
        var letter = at < text.Length ? text[at++] : throw new CelException("unfinished escape");
        switch (letter)
        {
            case 'x' or 'X':
                result.Append((char)Hex(text, ref at, 2));
                break;
            case 'u':
                result.Append((char)Hex(text, ref at, 4));
                break;
            case 'U':
                result.Append(char.ConvertFromUtf32(Hex(text, ref at, 8)));
                break;
            case >= '0' and <= '3':
                result.Append((char)Convert.ToInt32(text.Substring(at - 1, 3), 8));
                at += 2;
                break;
            default:
                result.Append(letter switch
                {
                    'a' => '\a',
                    'b' => '\b',
                    'f' => '\f',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\v',
                    '\\' or '\'' or '"' or '`' or '?' => letter,
                    _ => throw new CelException($"Syntax error: token recognition error at: '\\{letter}'"),
                });
                break;
        }
    }

    private static int Hex(string text, ref int at, int digits)
    {
        var value = int.Parse(text.AsSpan(at, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        at += digits;
        return value;
    }
}
