using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;

namespace BackupOperator.Logging;

/// <summary>One JSON object a line: time, level, message, the properties by their names, and the error.</summary>
internal sealed class JsonLine : ITextFormatter
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Format(LogEvent logEvent, TextWriter output)
    {
        var line = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["time"] = logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["level"] = logEvent.Level.ToString(),
            ["message"] = Message(logEvent),
        };
        // What the line is about comes first: a part of its message may have the same name.
        foreach (var (name, value) in logEvent.Properties.OrderByDescending(p => char.IsLower(p.Key[0])))
        {
            line.TryAdd(char.ToLowerInvariant(name[0]) + name[1..], Plain(value));
        }

        if (logEvent.Exception is { } error)
        {
            line["error"] = error.ToString();
        }

        output.WriteLine(JsonSerializer.Serialize(line, Options));
    }

    /// <summary>The message as people read it: texts without quotes.</summary>
    private static string Message(LogEvent logEvent) => string.Concat(logEvent.MessageTemplate.Tokens.Select(token =>
        token is Serilog.Parsing.PropertyToken { Format: null or "" } property && logEvent.Properties.TryGetValue(property.PropertyName, out var value)
            ? Convert.ToString(Plain(value), CultureInfo.InvariantCulture)
            : Render(token, logEvent)));

    private static string Render(Serilog.Parsing.MessageTemplateToken token, LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        token.Render(logEvent.Properties, text, CultureInfo.InvariantCulture);
        return text.ToString();
    }

    private static object? Plain(LogEventPropertyValue value) => value is ScalarValue { Value: null or string or bool or int or long or double } scalar
        ? scalar.Value
        : value.ToString("l", CultureInfo.InvariantCulture);
}
