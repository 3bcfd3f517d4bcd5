using System.Text.Json;
using BackupOperator.Sidecar.Archives;
using BackupOperator.Sidecar.Native;

namespace BackupOperator.Sidecar.Swapping;

/// <summary>What a swap must know after a crash; kept in the data directory until the swap is over.</summary>
public sealed record SwapJournal
{
    public required SwapState State { get; init; }

    /// <summary>The names that were in the data directory before the swap.</summary>
    public required IReadOnlyList<string> Old { get; init; }

    /// <summary>The names that the restore folder held.</summary>
    public required IReadOnlyList<string> Restored { get; init; }

    /// <summary>The backup that the restored data is from.</summary>
    public SourceSummary? Source { get; init; }

    /// <summary>Why it is being undone.</summary>
    public string? UndoReason { get; init; }

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <returns>Null where there is no journal.</returns>
    /// <exception cref="InvalidDataException">The file is no journal.</exception>
    public static SwapJournal? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<SwapJournal>(File.ReadAllText(path), Json)
                ?? throw new InvalidDataException($"The swap journal {path} is empty.");
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"The swap journal {path} cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Replaces the journal; after the return it is the new one even if power is lost.</summary>
    public void Write(string path)
    {
        var draft = path + ".new";
        using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(stream, this, Json);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
        DirectoryFlush.Flush(Path.GetDirectoryName(path)!);
    }
}
