using BackupOperator.Core.Durations;

namespace BackupOperator.Api.Entities;

/// <summary>How long each part of a run may take.</summary>
public sealed class RunTimeouts
{
    [Pattern(DurationText.Pattern)]
    [Length(2, 32)]
    [Description("From the creation of the resource to its start.")]
    [Default("24h")]
    public string Queued { get; set; } = "24h";

    [Pattern(DurationText.Pattern)]
    [Length(2, 32)]
    [Description("From the start to the first word of the sidecar; also how long something missing is waited for.")]
    [Default("15m")]
    public string Preparing { get; set; } = "15m";

    [Pattern(DurationText.Pattern)]
    [Length(2, 32)]
    [Description("How long the pods of the database may take to stop.")]
    [Default("10m")]
    public string Quiesce { get; set; } = "10m";

    [Pattern(DurationText.Pattern)]
    [Length(2, 32)]
    [Description("How long MySQL may take to answer after the scale-up.")]
    [Default("10m")]
    public string Resume { get; set; } = "10m";

    [Pattern(DurationText.Pattern)]
    [Length(2, 32)]
    [Description("From the start to the end.")]
    [Default("24h")]
    public string Total { get; set; } = "24h";
}

/// <summary>Who goes first.</summary>
public enum RunPriority
{
    Normal,

    /// <summary>Goes to the head of the queue, and waits neither for pods that are not ready nor for a rollout.</summary>
    Emergency,
}
