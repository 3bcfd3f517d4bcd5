using System.Text.Encodings.Web;
using System.Text.Json;

namespace BackupOperator.Logging;

/// <summary>
/// Secrets that a process was given, to be kept out of its output. No line is meant to hold one; this is the second lock,
/// for the words of libraries and servers.
/// </summary>
internal sealed class SecretMask
{
    public const string Mask = "***";

    /// <summary>A shorter one would mask half of the log, and protect nothing.</summary>
    private const int Shortest = 8;
    private const int LongestFile = 16 * 1024;

    private static readonly string[] TellingWords = ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "CREDENTIAL", "PRIVATE_KEY", "ACCESS_KEY", "API_KEY"];
    private static readonly string[] HarmlessNames = ["username", "accessKeyId", "ca.crt"];

    private readonly List<string> secrets = [];

    /// <summary>The values of variables whose names say that they are secret, and are no paths of files.</summary>
    public SecretMask WithEnvironment(IEnumerable<KeyValuePair<string, string>> variables)
    {
        foreach (var (name, value) in variables)
        {
            if (!name.EndsWith("_FILE", StringComparison.OrdinalIgnoreCase) && TellingWords.Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase)))
            {
                Add(value);
            }
        }

        return this;
    }

    /// <summary>The contents of the files of mounted secrets; folders that are not there do not matter.</summary>
    public SecretMask WithFolders(params IEnumerable<string> folders)
    {
        foreach (var file in folders.Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f)))
        {
            try
            {
                if (!HarmlessNames.Contains(Path.GetFileName(file)) && new FileInfo(file).Length <= LongestFile)
                {
                    Add(File.ReadAllText(file));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // What cannot be read cannot be printed.
            }
        }

        return this;
    }

    public SecretMask Add(string? secret)
    {
        secret = secret?.Trim();
        if (secret is { Length: >= Shortest } && !secrets.Contains(secret))
        {
            secrets.AddRange(new[] { secret, AsJson(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping), AsJson(secret, JavaScriptEncoder.Default) }.Distinct());
            // The longest first: one may be a part of another.
            secrets.Sort((a, b) => b.Length - a.Length);
        }

        return this;
    }

    public string Apply(string text)
    {
        foreach (var secret in secrets)
        {
            text = text.Replace(secret, Mask, StringComparison.Ordinal);
        }

        return text;
    }

    private static string AsJson(string text, JavaScriptEncoder encoder) => JsonEncodedText.Encode(text, encoder).Value;
}
