using System.Globalization;
using System.Text;

namespace BackupOperator.Metrics.Exposition;

/// <summary>
/// The words of Prometheus' text format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
/// </summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary><c>[a-zA-Z_:][a-zA-Z0-9_:]*</c>; a counter's name ends in <c>_total</c>.</summary>
    public static string MetricName(string name, MetricType type)
    {
        var clean = Clean(name, allowColon: true);
        return type == MetricType.Counter && !clean.EndsWith("_total", StringComparison.Ordinal) ? clean + "_total" : clean;
    }

    /// <summary><c>[a-zA-Z_][a-zA-Z0-9_]*</c></summary>
    public static string LabelName(string name) => Clean(name, allowColon: false);

    public static string EscapeLabel(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    public static string EscapeHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Clean(string name, bool allowColon)
    {
        var clean = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            var fits = char.IsAsciiLetter(c) || c == '_' || (allowColon && c == ':');
            if (char.IsAsciiDigit(c) && clean.Length == 0)
            {
                clean.Append('_');
            }

            clean.Append(fits || char.IsAsciiDigit(c) ? c : '_');
        }

        return clean.Length == 0 ? "_" : clean.ToString();
    }
}
