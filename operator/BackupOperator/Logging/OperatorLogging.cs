using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace BackupOperator.Logging;

/// <summary>Log lines on standard error, each with the resource, the run's id and the target that it is about.</summary>
internal static class OperatorLogging
{
    private const string Template = "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {resource} {Message:lj}{NewLine}{Exception}";

    public static ILoggerFactory Create(LogEventLevel level, LogFormat format)
    {
        var configuration = new LoggerConfiguration().MinimumLevel.Is(level).Enrich.FromLogContext();
        var logger = format == LogFormat.Json
            ? configuration.WriteTo.Console(new JsonLine(), standardErrorFromLevel: LogEventLevel.Verbose)
            : configuration.WriteTo.Console(
                outputTemplate: Template, formatProvider: System.Globalization.CultureInfo.InvariantCulture, standardErrorFromLevel: LogEventLevel.Verbose);
        return new SerilogLoggerFactory(logger.CreateLogger(), dispose: true);
    }
}
