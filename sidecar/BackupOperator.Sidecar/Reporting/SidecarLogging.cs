using BackupOperator.Logging;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace BackupOperator.Sidecar.Reporting;

/// <summary>The log of a Job: JSON lines on standard error, or text on a terminal; every line names the run and its target.</summary>
internal static class SidecarLogging
{
    private const string Template = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    public static ILoggerFactory Create(RunSpec run, string pod, bool terminal)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(LogEventLevel.Information)
            .Enrich.WithProperty("run", run.Uid)
            .Enrich.WithProperty("resource", $"{run.ResourceKind}/{run.Namespace}/{run.Name}")
            .Enrich.WithProperty("target", run.Target.StatefulSet)
            .Enrich.WithProperty("pod", pod);
        var logger = terminal
            ? configuration.WriteTo.Console(
                outputTemplate: Template, formatProvider: System.Globalization.CultureInfo.InvariantCulture, standardErrorFromLevel: LogEventLevel.Verbose)
            : configuration.WriteTo.Console(new JsonLine(), standardErrorFromLevel: LogEventLevel.Verbose);
        return new SerilogLoggerFactory(logger.CreateLogger(), dispose: true);
    }
}
