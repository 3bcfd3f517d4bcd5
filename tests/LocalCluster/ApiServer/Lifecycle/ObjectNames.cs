using System.Text.RegularExpressions;
using BackupOperator.LocalCluster.ApiServer.Registry;

namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>Which names objects and labels may have (<c>apimachinery/pkg/api/validation</c>).</summary>
internal static partial class ObjectNames
{
    private const string SuffixLetters = "bcdfghjklmnpqrstvwxz2456789";
    private const int LongestGeneratedBase = 58;
    private const string SubdomainMessage = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    private const string LabelMessage = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    private const string LabelValueMessage = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    private const string QualifiedNameMessage = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    public static string Generate(string prefix, Random random)
    {
        var suffix = new char[5];
        for (var index = 0; index < suffix.Length; index++)
        {
            suffix[index] = SuffixLetters[random.Next(SuffixLetters.Length)];
        }

        return string.Concat(prefix.AsSpan(0, Math.Min(prefix.Length, LongestGeneratedBase)), suffix);
    }

    public static IEnumerable<FieldError> ValidateMetadata(ResourceDefinition definition, JsonObject metadata)
    {
        var name = metadata.Text("name");
        if (string.IsNullOrEmpty(name))
        {
            yield return FieldError.Required("metadata.name", "name or generateName is required");
        }
        else if (NameProblem(definition, name) is { } problem)
        {
            yield return FieldError.Invalid("metadata.name", JsonValue.Create(name), problem);
        }

        foreach (var (key, value) in metadata["labels"] as JsonObject ?? [])
        {
            if (QualifiedNameProblem(key) is { } keyProblem)
            {
                yield return FieldError.Invalid("metadata.labels", JsonValue.Create(key), keyProblem);
            }

            var text = value.Text() ?? "";
            if (text.Length > 63)
            {
                yield return FieldError.Invalid("metadata.labels", JsonValue.Create(text), "must be no more than 63 characters");
            }
            else if (!LabelValue().IsMatch(text))
            {
                yield return FieldError.Invalid("metadata.labels", JsonValue.Create(text), LabelValueMessage);
            }
        }

        foreach (var (key, _) in metadata["annotations"] as JsonObject ?? [])
        {
            if (QualifiedNameProblem(key) is { } keyProblem)
            {
                yield return FieldError.Invalid("metadata.annotations", JsonValue.Create(key), keyProblem);
            }
        }
    }

    private static string? NameProblem(ResourceDefinition definition, string name)
    {
        if (definition.Group == "rbac.authorization.k8s.io")
        {
            return name is "." or ".." ? $"may not be '{name}'" : name.Contains('/', StringComparison.Ordinal) ? "may not contain '/'" : name.Contains('%', StringComparison.Ordinal) ? "may not contain '%'" : null;
        }

        if (definition is { Group: "", Plural: "namespaces" or "services" })
        {
            return name.Length > 63 ? "must be no more than 63 characters" : Label().IsMatch(name) ? null : LabelMessage;
        }

        return name.Length > 253 ? "must be no more than 253 characters" : Subdomain().IsMatch(name) ? null : SubdomainMessage;
    }

    private static string? QualifiedNameProblem(string key)
    {
        var parts = key.Split('/');
        if (parts.Length > 2)
        {
            return "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
        }

        if (parts.Length == 2 && !Subdomain().IsMatch(parts[0]))
        {
            return $"prefix part {SubdomainMessage}";
        }

        return parts[^1].Length is 0 or > 63 ? "name part must be no more than 63 characters" : QualifiedName().IsMatch(parts[^1]) ? null : QualifiedNameMessage;
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.None, 1000)]
    private static partial Regex Subdomain();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.None, 1000)]
    private static partial Regex Label();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z", RegexOptions.None, 1000)]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.None, 1000)]
    private static partial Regex QualifiedName();
}
