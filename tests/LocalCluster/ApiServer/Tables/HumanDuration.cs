namespace BackupOperator.LocalCluster.ApiServer.Tables;

/// <summary>Ages as kubectl shows them (<c>apimachinery/pkg/util/duration</c>).</summary>
internal static class HumanDuration
{
    public static string Since(string? timestamp, DateTimeOffset now) =>
        string.IsNullOrEmpty(timestamp) ? "<unknown>" : Timestamps.Parse(timestamp) is { } time ? Format(now - time) : "<invalid>";

    public static string Format(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        var minutes = (long)duration.TotalMinutes;
        var hours = (long)duration.TotalHours;
        var days = hours / 24;
        return seconds switch
        {
            < -1 => "<invalid>",
            < 0 => "0s",
            < 120 => $"{seconds}s",
            _ when minutes < 10 => Pair(minutes, 'm', seconds % 60, 's'),
            _ when minutes < 180 => $"{minutes}m",
            _ when hours < 8 => Pair(hours, 'h', minutes % 60, 'm'),
            _ when hours < 48 => $"{hours}h",
            _ when hours < 192 => Pair(days, 'd', hours % 24, 'h'),
            _ when days < 730 => $"{days}d",
            _ when days < 2920 => Pair(days / 365, 'y', days % 365, 'd'),
            _ => $"{days / 365}y",
        };
    }

    private static string Pair(long whole, char unit, long part, char partUnit) => part == 0 ? $"{whole}{unit}" : $"{whole}{unit}{part}{partUnit}";
}
