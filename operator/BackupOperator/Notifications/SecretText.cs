using System.Text.Json.Serialization;
using BackupOperator.Notifications.Receivers;

namespace BackupOperator.Notifications;

/// <summary>A text that may be secret: as it is, or in a file that is read at each use, so that a rotated Secret counts at once.</summary>
internal sealed record SecretText
{
    public string? Value { get; init; }

    /// <summary>A file of a mounted Secret.</summary>
    public string? File { get; init; }

    [JsonIgnore]
    public bool IsSet => !string.IsNullOrEmpty(Value) || !string.IsNullOrEmpty(File);

    /// <exception cref="DeliveryException">The file cannot be read.</exception>
    public string Read()
    {
        try
        {
            return File is null ? Value ?? "" : System.IO.File.ReadAllText(File).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeliveryException($"{File} cannot be read: {e.GetType().Name}");
        }
    }

    public override string ToString() => "***";
}
