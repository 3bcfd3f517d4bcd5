using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupOperator.Api.Runs;

/// <summary>
/// Reads a step that a newer sidecar has told and this version does not know as null: it is shown to people and holds
/// nothing up, so that the rest of the resource must stay readable.
/// </summary>
internal sealed class LenientStepConverter : JsonConverter<RunStep?>
{
    /// <exception cref="JsonException">It is no text.</exception>
    public override RunStep? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("The step is no text.");
        }

        return Enum.TryParse<RunStep>(reader.GetString(), out var step) && Enum.IsDefined(step) ? step : null;
    }

    public override void Write(Utf8JsonWriter writer, RunStep? value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
