using System.CommandLine;
using BackupOperator.Core.Durations;
using BackupOperator.Core.Retention;
using BackupOperator.Kubernetes.Models;

namespace BackupOperator.Sidecar.Commands;

/// <summary>The options that say which backups stay: those of <c>spec.retention</c> of a schedule.</summary>
internal sealed class RetentionOptions
{
    private readonly Option<int?> _last = Count("--keep-last", "Keep the newest N.");
    private readonly Option<int?> _hourly = Count("--keep-hourly", "Keep the newest one of each of the last N hours that have one.");
    private readonly Option<int?> _daily = Count("--keep-daily", "The same for days.");
    private readonly Option<int?> _weekly = Count("--keep-weekly", "The same for weeks, which begin on Monday.");
    private readonly Option<int?> _monthly = Count("--keep-monthly", "The same for months.");
    private readonly Option<int?> _yearly = Count("--keep-yearly", "The same for years.");
    private readonly Option<int?> _maxCount = Count("--max-count", "Keep N at most, those that others build on included.");
    private readonly Option<int?> _minCount = Count("--min-count", "Keep the newest N whatever the others say; 1 when it is left out.");
    private readonly Option<string?> _maxAge = new("--max-age") { Description = "Remove what is older, such as 90d.", HelpName = "AGE" };
    private readonly Option<string?> _maxTotalSize = new("--max-total-size") { Description = "Keep so much at most, such as 500Gi.", HelpName = "SIZE" };
    private readonly Option<string> _timeZone = new("--time-zone") { Description = "Whose hours, days, weeks, months and years are meant.", DefaultValueFactory = _ => "Etc/UTC", HelpName = "ZONE" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _last, _hourly, _daily, _weekly, _monthly, _yearly, _maxAge, _maxCount, _maxTotalSize, _minCount, _timeZone })
        {
            command.Options.Add(option);
        }
    }

    /// <returns>Null where nothing says what is to go.</returns>
    /// <exception cref="RunException">A value makes no sense.</exception>
    public RetentionPolicy? Read(ParseResult parsed)
    {
        var policy = new RetentionPolicy
        {
            KeepLast = Number(parsed, _last),
            KeepHourly = Number(parsed, _hourly),
            KeepDaily = Number(parsed, _daily),
            KeepWeekly = Number(parsed, _weekly),
            KeepMonthly = Number(parsed, _monthly),
            KeepYearly = Number(parsed, _yearly),
            MaxCount = Number(parsed, _maxCount),
            MaxAge = parsed.GetValue(_maxAge) is { } age ? Age(age) : null,
            MaxTotalSize = parsed.GetValue(_maxTotalSize) is { } size ? Size(size) : null,
        };
        var min = Number(parsed, _minCount);
        if (min > policy.MaxCount)
        {
            throw Wrong("--min-count must not be above --max-count.");
        }

        return policy == new RetentionPolicy() ? null : policy with { MinCount = min ?? 1 };
    }

    public TimeZoneInfo Zone(ParseResult parsed)
    {
        var name = parsed.GetValue(_timeZone)!;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : throw Wrong($"'{name}' is no time zone that is known here: say an IANA name such as Europe/Berlin.");
    }

    private static Option<int?> Count(string name, string description) => new(name) { Description = description, HelpName = "N" };

    private static int? Number(ParseResult parsed, Option<int?> option) =>
        parsed.GetValue(option) is not { } number ? null : number >= 1 ? number : throw Wrong($"{option.Name} takes a number from 1 on.");

    private static TimeSpan Age(string text) =>
        DurationText.TryParse(text, out var age) && age > TimeSpan.Zero ? age : throw Wrong($"'{text}' is no age: say something like 90d or 36h.");

    private static long Size(string text)
    {
        try
        {
            return new ResourceQuantity(text).Value is > 0 and var bytes ? bytes : throw Wrong($"'{text}' is no size: say something like 500Gi.");
        }
        catch (FormatException)
        {
            throw Wrong($"'{text}' is no size: say something like 500Gi.");
        }
    }

    private static RunException Wrong(string message) => new(FailureReason.InvalidSpec, ExitCode.Usage, message);
}
