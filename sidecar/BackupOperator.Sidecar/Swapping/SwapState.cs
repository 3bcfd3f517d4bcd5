using System.Text.Json.Serialization;

namespace BackupOperator.Sidecar.Swapping;

/// <summary>
/// How far a swap is. In every state it is clear, from the folder alone in which an entry lies, what it is; so each
/// state can be entered again after a crash.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<SwapState>))]
public enum SwapState
{
    /// <summary>Entries of the data directory are old, and move into the previous-data folder.</summary>
    MovingOut,

    /// <summary>All old entries are out; those of the restore folder move into the data directory.</summary>
    MovingIn,

    /// <summary>The data directory holds the restored data.</summary>
    Swapped,

    /// <summary>Undoing: entries of the data directory are restored ones (or what a server made of them), and move back into the restore folder.</summary>
    TakingOut,

    /// <summary>Undoing: the data directory is free of restored entries; the old ones move back into it.</summary>
    PuttingBack,
}
