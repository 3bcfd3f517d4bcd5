using System.Text;

namespace BackupOperator.LocalCluster.Kubelet.Containers;

/// <summary>How a pod's command, args and env meet the image's (core/v1 Container).</summary>
public static class CommandLine
{
    /// <summary>
    /// The program to run: <c>command</c> replaces the entrypoint and drops the image's cmd; <c>args</c> replaces the cmd.
    /// </summary>
    public static IReadOnlyList<string> Resolve(
        IReadOnlyList<string>? command,
        IReadOnlyList<string>? args,
        IReadOnlyList<string> entrypoint,
        IReadOnlyList<string> cmd,
        IReadOnlyDictionary<string, string> environment)
    {
        var program = command is { Count: > 0 } ? command : entrypoint;
        var rest = args is { Count: > 0 } ? args : command is { Count: > 0 } ? [] : cmd;
        return [.. program.Concat(rest).Select(part => Expand(part, environment))];
    }

    /// <summary>Replaces <c>$(NAME)</c>; <c>$$</c> is a dollar, and a name that is not known stays as it is written.</summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> environment)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                result.Append(text[i]);
            }
            else if (text[i + 1] == '$')
            {
                result.Append('$');
                i++;
            }
            else if (text[i + 1] == '(' && text.IndexOf(')', i) is var end and > 0)
            {
                var name = text[(i + 2)..end];
                result.Append(environment.TryGetValue(name, out var value) ? value : text[i..(end + 1)]);
                i = end;
            }
            else
            {
                result.Append('$');
            }
        }

        return result.ToString();
    }
}
