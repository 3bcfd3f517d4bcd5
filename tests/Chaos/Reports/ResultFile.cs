using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupOperator.Chaos.Reports;

/// <summary>Results of cells, a line each, so that a matrix that was cut short goes on; the last word on a cell counts.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public static IReadOnlyList<CellResult> Read(string file) => File.Exists(file)
        ? [.. File.ReadLines(file).Select(line => JsonSerializer.Deserialize<CellResult>(line, Options)!).GroupBy(result => result.Cell).Select(results => results.Last())]
        : [];

    public static void Add(string file, CellResult result)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        File.AppendAllText(file, JsonSerializer.Serialize(result, Options) + "\n");
    }
}
