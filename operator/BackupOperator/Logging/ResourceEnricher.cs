using Serilog.Core;
using Serilog.Events;

namespace BackupOperator.Logging;

/// <summary>Names the resource of a line in one word, for people: <c>MySqlBackup/shop/nightly</c>.</summary>
internal sealed class ResourceEnricher : ILogEventEnricher
{
    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        if (Text(logEvent, "kind") is { } kind && Text(logEvent, "namespace") is { } @namespace && Text(logEvent, "name") is { } name)
        {
            logEvent.AddPropertyIfAbsent(propertyFactory.CreateProperty("resource", $"{kind}/{@namespace}/{name}"));
        }
    }

    private static string? Text(LogEvent logEvent, string property) =>
        logEvent.Properties.TryGetValue(property, out var value) && value is ScalarValue { Value: string text } ? text : null;
}
