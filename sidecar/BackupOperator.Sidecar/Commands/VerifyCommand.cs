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
    private readonly Option<string?> _sample = new("--sample") { Description = "Instead of everything, read a share of the blocks, chosen by chance, such as 5%.", HelpName = "SHARE" };
    private readonly EncryptionOptions _encryption = new(writes: false);
    private readonly Option<string?> _digest = new("--manifest") { Description = "The digest that the manifest must have." };
    private readonly Option<string> _output = OutputFormat.Option();

    public VerifyCommand()
        : base("verify", "Verify a backup without restoring it.")
    {
        _storage.AddTo(this);
        Options.Add(_path);
        Options.Add(_level);
        Options.Add(_sample);
        _encryption.AddTo(this);
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
        var share = Share(parsed.GetValue(_sample));
        var keys = _encryption.Read(parsed);
        var level = parsed.GetValue(_level) == "upload" ? VerificationLevel.Upload : VerificationLevel.ReadBack;
        try
        {
            ArchiveSummary summary;
            long? blocks;
            await using (var progress = context.ShowProgress())
            {
                progress.Step("Verifying");
                var archive = await ArchiveReader.OpenAsync(store, path, keys, context.Cancellation);
                var verifier = new ArchiveVerifier(archive, context.Time);
                (summary, blocks) = share is { } some
                    ? await verifier.VerifySampleAsync(some, new Random(), parsed.GetValue(_digest), context.Cancellation)
                    : (await verifier.VerifyAsync(level, parsed.GetValue(_digest), new ProgressTracker(progress, context.Time), context.Cancellation), (long?)null);
            }

            await context.Output.WriteLineAsync(json
                ? JsonSerializer.Serialize(new { path, ok = true, level, summary.BackupId, blocksChecked = blocks, manifestDigest = summary.ManifestDigest, summary.Totals.LogicalBytes, summary.StoredBytes }, OutputFormat.Json)
                : $"{store.Describe(path)} is {(blocks is null ? "whole" : $"right in {blocks} blocks that were read")}: {summary.Totals.Files} files, {Sizes.Bytes(summary.Totals.LogicalBytes)}, manifest {summary.ManifestDigest}");
            return ExitCode.Success;
        }
        catch (CorruptArchiveException damage) when (json)
        {
            await context.Output.WriteLineAsync(
                JsonSerializer.Serialize(new { path, ok = false, level, problem = damage.Message, damage.StoredAs, damage.File, damage.Block }, OutputFormat.Json));
            throw;
        }
    }

    private static double? Share(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return double.TryParse(text.TrimEnd('%'), System.Globalization.CultureInfo.InvariantCulture, out var number) && text.EndsWith('%') && number is > 0 and <= 100
            ? number / 100
            : throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, $"'{text}' is no share: say a percentage above 0%, such as 5%.");
    }
}
