using System.CommandLine;
using System.Text.Json;
using BackupOperator.Archive;
using BackupOperator.Archive.Reading;
using BackupOperator.Archive.Writing;
using BackupOperator.Sidecar.Reporting;

namespace BackupOperator.Sidecar.Commands;

/// <summary><c>verify</c>: finds out whether a backup could be restored.</summary>
internal sealed class VerifyCommand : Command
{
    private readonly StorageOptions _storage = new("--from");
    private readonly Option<string?> _path = new("--path") { Description = "The backup's folder in LOCATION; may be left out where there is only one." };
    private readonly Option<string> _level = new("--level") { Description = "upload: every pack is there; readback: every byte is read and every block's hash is right.", DefaultValueFactory = _ => "readback" };
    private readonly Option<string?> _digest = new("--manifest") { Description = "The digest that the manifest must have." };
    private readonly Option<string> _output = OutputFormat.Option();

    public VerifyCommand()
        : base("verify", "Verify a backup without restoring it.")
    {
        _storage.AddTo(this);
        Options.Add(_path);
        Options.Add(_level);
        Options.Add(_digest);
        Options.Add(_output);
        _level.AcceptOnlyFromAmong("upload", "readback");
        SetAction((parsed, _) => CommandRunner.RunAsync(parsed, context => RunAsync(parsed, context)));
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandContext context)
    {
        var json = OutputFormat.IsJson(parsed.GetValue(_output));
        var (store, path) = await BackupChooser.ChooseAsync(_storage.Read(parsed), parsed.GetValue(_path), context.Cancellation);
        await using var disposed = store;
        var level = parsed.GetValue(_level) == "upload" ? VerificationLevel.Upload : VerificationLevel.ReadBack;
        try
        {
            ArchiveSummary summary;
            await using (var progress = context.ShowProgress())
            {
                progress.Step("Verifying");
                var archive = await ArchiveReader.OpenAsync(store, path, context.Cancellation);
                summary = await new ArchiveVerifier(archive, context.Time)
                    .VerifyAsync(level, parsed.GetValue(_digest), new ProgressTracker(progress, context.Time), context.Cancellation);
            }

            await context.Output.WriteLineAsync(json
                ? JsonSerializer.Serialize(new { path, ok = true, level, summary.BackupId, manifestDigest = summary.ManifestDigest, summary.Totals.LogicalBytes, summary.StoredBytes }, OutputFormat.Json)
                : $"{store.Describe(path)} is whole: {summary.Totals.Files} files, {Sizes.Bytes(summary.Totals.LogicalBytes)}, manifest {summary.ManifestDigest}");
            return ExitCode.Success;
        }
        catch (CorruptArchiveException damage) when (json)
        {
            await context.Output.WriteLineAsync(
                JsonSerializer.Serialize(new { path, ok = false, level, problem = damage.Message, damage.StoredAs, damage.File, damage.Block }, OutputFormat.Json));
            throw;
        }
    }
}
