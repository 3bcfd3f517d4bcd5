using System.Collections;
using System.Globalization;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Display;

namespace BackupOperator.Logging;

/// <summary>
/// Log lines on standard error. Those of a reconcile carry <c>kind</c>, <c>namespace</c> and <c>name</c> of the resource,
/// <c>run</c> (the uid of the backup or restore) and <c>target</c> (the StatefulSet).
/// </summary>
internal static class OperatorLogging
{
    private const string Template = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {resource:l} {Message:lj}{NewLine}{Exception}";

    public static ILoggerFactory Create(LogEventLevel level, LogFormat format)
    {
        var mask = new SecretMask().WithEnvironment(
            Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(v => KeyValuePair.Create((string)v.Key, (string?)v.Value ?? "")));
        var configuration = new LoggerConfiguration().MinimumLevel.Is(level).Enrich.FromLogContext();
        if (format == LogFormat.Text)
        {
            configuration.Enrich.With<ResourceEnricher>();
        }

        Serilog.Formatting.ITextFormatter formatter = format == LogFormat.Json
            ? new JsonLine()
            : new MessageTemplateTextFormatter(Template, CultureInfo.InvariantCulture);
        configuration.WriteTo.Console(new MaskedFormatter(formatter, mask), standardErrorFromLevel: LogEventLevel.Verbose);
        return new SerilogLoggerFactory(configuration.CreateLogger(), dispose: true);
    }
}
