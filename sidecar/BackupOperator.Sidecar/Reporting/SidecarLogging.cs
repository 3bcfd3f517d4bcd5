using System.Collections;
using System.Globalization;
using BackupOperator.Logging;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace BackupOperator.Sidecar.Reporting;

/// <summary>
/// The log of a Job: JSON lines on standard error, or text on a terminal. Every line carries what the operator's lines of
/// the same run carry: <c>kind</c>, <c>namespace</c>, <c>name</c>, <c>run</c> and <c>target</c>.
/// </summary>
internal static class SidecarLogging
{
    private const string Template = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    public static ILoggerFactory Create(RunSpec run, string pod, bool terminal)
    {
        ITextFormatter formatter = terminal ? new MessageTemplateTextFormatter(Template, CultureInfo.InvariantCulture) : new JsonLine();
        var logger = new LoggerConfiguration()
            .MinimumLevel.Is(LogEventLevel.Information)
            .Enrich.WithProperty("kind", run.ResourceKind)
            .Enrich.WithProperty("namespace", run.Namespace)
            .Enrich.WithProperty("name", run.Name)
            .Enrich.WithProperty("run", run.Uid)
            .Enrich.WithProperty("target", run.Target.StatefulSet)
            .Enrich.WithProperty("pod", pod)
            .WriteTo.Console(new MaskedFormatter(formatter, Secrets()), standardErrorFromLevel: LogEventLevel.Verbose);
        return new SerilogLoggerFactory(logger.CreateLogger(), dispose: true);
    }

    /// <summary>Whatever was mounted or set as a secret.</summary>
    public static SecretMask Secrets() => new SecretMask()
        .WithEnvironment(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(v => KeyValuePair.Create((string)v.Key, (string?)v.Value ?? "")))
        .WithFolders([RunPaths.StorageCredentials, RunPaths.EncryptionKeys, RunPaths.MySqlCredentials, .. OfCopies()]);

    private static IEnumerable<string> OfCopies() =>
        Directory.Exists(RunPaths.Copies) ? Directory.EnumerateDirectories(RunPaths.Copies).Select(copy => Path.Combine(copy, "credentials")) : [];
}
