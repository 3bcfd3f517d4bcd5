using System.Globalization;

namespace BackupOperator.Metrics.Exposition;

/// <summary>The labels of a series, in the order of their names.</summary>
internal sealed class Labels : IEquatable<Labels>
{
    private readonly KeyValuePair<string, string>[] pairs;
    private readonly string text;

    public Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        pairs = new KeyValuePair<string, string>[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            pairs[i] = new(PrometheusText.LabelName(tags[i].Key), Convert.ToString(tags[i].Value, CultureInfo.InvariantCulture) ?? "");
        }

        Array.Sort(pairs, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        text = string.Join(',', pairs.Select(p => $"{p.Key}=\"{PrometheusText.EscapeLabel(p.Value)}\""));
    }

    /// <summary>The value of a label; null where there is none of that name.</summary>
    public string? this[string name] => Array.Find(pairs, p => p.Key == name).Value;

    public bool Equals(Labels? other) => other is not null && text == other.text;

    public override bool Equals(object? obj) => Equals(obj as Labels);

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    /// <summary>As they stand between the braces.</summary>
    public override string ToString() => text;
}
