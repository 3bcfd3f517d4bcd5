using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupOperator.Api.Runs;

/// <summary>
/// The annotation on a StatefulSet that a run has stopped. It is set in the same patch that scales down, and goes only
/// when MySQL answers again: whoever finds it knows who stopped the database and what to go back to.
/// </summary>
public sealed record QuiesceMark
{
    public const string Annotation = "mysqlbackup.io/quiesced";

    /// <summary>How long after the allowed downtime the operator starts MySQL, if the sidecar has not: it has the first word.</summary>
    public static readonly TimeSpan DeadlineSlack = TimeSpan.FromMinutes(1);

    /// <summary>The uid of the MySqlBackup or MySqlRestore.</summary>
    public required string Run { get; init; }

    /// <summary>MySqlBackup or MySqlRestore.</summary>
    public required string Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>The pod of the sidecar that scaled down.</summary>
    public required string Pod { get; init; }

    /// <summary>The replicas to go back to.</summary>
    public required int Replicas { get; init; }

    /// <summary>What it was scaled to: 0, or one less than <see cref="Replicas"/> where only the last replica stops.</summary>
    public int QuiescedReplicas { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>From then on the operator starts MySQL, whatever the sidecar does.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>
    /// A restore is moving the data directories: MySQL must not be started before the swap is finished or undone.
    /// The sidecar sets it with a resourceVersion precondition before the first rename (so a guard that has scaled up
    /// meanwhile wins), and clears it in the patch that scales up. While it is set the guard never scales up; when the
    /// sidecar is gone for good the operator starts a run of kind <see cref="RunKind.RollBack"/>.
    /// </summary>
    public bool Swapping { get; init; }

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public string ToAnnotation() => JsonSerializer.Serialize(this, Options);

    /// <returns>Null where the text is no mark.</returns>
    public static QuiesceMark? Parse(string? annotation)
    {
        if (string.IsNullOrEmpty(annotation))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<QuiesceMark>(annotation, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
