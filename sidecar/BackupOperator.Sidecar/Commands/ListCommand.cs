using System.CommandLine;
using System.Text.Json;
using BackupOperator.Archive.Reading;
using BackupOperator.Sidecar.Reporting;

namespace BackupOperator.Sidecar.Commands;

/// <summary><c>list</c>: what lies in a place.</summary>
internal sealed class ListCommand : Command
{
    private readonly StorageOptions _storage = new("--from");
    private readonly Option<string> _output = OutputFormat.Option();

    public ListCommand()
        : base("list", "List the backups in a folder or a bucket.")
    {
        _storage.AddTo(this);
        Options.Add(_output);
        SetAction((parsed, _) => CommandRunner.RunAsync(parsed, context => RunAsync(parsed, context)));
    }

    private sealed record Row(
        string Path, string State, string? BackupId = null, string? Type = null, string? Parent = null, string? ParentPath = null, DateTimeOffset? ReadAt = null, DateTimeOffset? FinishedAt = null,
        string? Server = null, string? Target = null, string? Name = null, string? Schedule = null, bool? Encrypted = null, long? LogicalBytes = null, long? StoredBytes = null, string? Problem = null);

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandContext context)
    {
        var location = _storage.Read(parsed);
        await using var store = location.Open();
        var rows = new List<Row>();
        await foreach (var entry in ArchiveCatalog.ListAsync(store, "", context.Cancellation))
        {
            rows.Add(Describe(entry));
        }

        if (OutputFormat.IsJson(parsed.GetValue(_output)))
        {
            await context.Output.WriteLineAsync(JsonSerializer.Serialize(rows, OutputFormat.Json));
            return ExitCode.Success;
        }

        if (rows.Count == 0)
        {
            await Console.Error.WriteLineAsync($"There is no backup at {location}.");
            return ExitCode.Success;
        }

        await PrintAsync(context.Output, rows);
        return ExitCode.Success;
    }

    private static Row Describe(CatalogEntry entry)
    {
        if (entry.Archive is not { } archive)
        {
            var unfinished = entry.Problem == "unfinished";
            return new Row(entry.Path, unfinished ? "Unfinished" : "Damaged", Problem: unfinished ? null : entry.Problem);
        }

        var facts = archive.Header.Facts;
        return new Row(
            entry.Path,
            "Complete",
            archive.Header.BackupId,
            archive.Header.Type,
            archive.Header.Parent?.BackupId,
            archive.Header.Parent?.Path,
            archive.Header.ReadAt,
            archive.Header.FinishedAt,
            facts.ServerFlavour is null ? null : $"{facts.ServerFlavour} {facts.ServerVersion}",
            facts.StatefulSet is null ? facts.DataDirectory : $"{facts.Namespace}/{facts.StatefulSet}",
            facts.Resource,
            facts.Schedule,
            archive.Header.IsEncrypted,
            archive.Header.Totals.LogicalBytes,
            archive.Header.StoredBytes);
    }

    private static async Task PrintAsync(TextWriter output, IReadOnlyList<Row> rows)
    {
        string[] header = ["PATH", "STATE", "TYPE", "FINISHED", "SIZE", "STORED", "SERVER", "TARGET", "SCHEDULE", "PARENT"];
        var lines = rows
            .Select(row => new[]
            {
                row.Path,
                row.State,
                row.Type ?? "",
                row.FinishedAt?.ToString("yyyy-MM-dd HH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture) ?? "",
                row.LogicalBytes is { } size ? Sizes.Bytes(size) : "",
                row.StoredBytes is { } bytes ? Sizes.Bytes(bytes) : "",
                row.Server ?? "",
                row.Target ?? row.Problem ?? "",
                row.Schedule ?? "",
                row.ParentPath ?? "",
            })
            .Prepend(header)
            .ToList();
        var widths = header.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
        {
            await output.WriteLineAsync(string.Join("   ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
