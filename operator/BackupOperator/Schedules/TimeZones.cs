namespace BackupOperator.Schedules;

/// <summary>The time zones that the system knows (package tzdata).</summary>
internal static class TimeZones
{
    /// <exception cref="FormatException">There is no zone of that name.</exception>
    public static TimeZoneInfo Find(string name)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            throw new FormatException($"time zone '{name}' is unknown; use an IANA name such as Europe/Berlin or Etc/UTC", e);
        }
    }
}
