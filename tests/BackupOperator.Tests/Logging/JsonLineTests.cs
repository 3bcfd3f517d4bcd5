using System.Text.Json.Nodes;
using BackupOperator.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace BackupOperator.Tests.Logging;

public sealed class JsonLineTests
{
    [Fact]
    public void A_line_has_the_message_as_people_read_it_and_its_parts_by_name()
    {
        var line = Write(logger => logger.ForContext("run", "u1").Warning("Phase {Before} → {After} after {Seconds:0.0} s", "none", "Queued", 1.25));

        line["level"]!.GetValue<string>().ShouldBe("Warning");
        line["message"]!.GetValue<string>().ShouldBe("Phase none → Queued after 1.3 s");
        line["run"]!.GetValue<string>().ShouldBe("u1");
        line["after"]!.GetValue<string>().ShouldBe("Queued");
    }

    [Fact]
    public void An_error_is_one_line_too() =>
        Write(logger => logger.Error(new InvalidOperationException("first\nsecond"), "it failed"))["error"]!.GetValue<string>().ShouldContain("first\nsecond");

    private static JsonNode Write(Action<ILogger> log)
    {
        using var text = new StringWriter();
        using (var logger = new LoggerConfiguration().WriteTo.Sink(new Sink(text)).CreateLogger())
        {
            log(logger);
        }

        return JsonNode.Parse(text.ToString().TrimEnd().Split('\n').ShouldHaveSingleItem())!;
    }

    private sealed class Sink(TextWriter text) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => new JsonLine().Format(logEvent, text);
    }
}
