using System.CommandLine;
using BackupOperator.Archive.Merging;
using BackupOperator.Sidecar.Reporting;

namespace BackupOperator.Sidecar.Commands;

/// <summary><c>merge</c>: makes an independent full backup of an incremental one and those that it builds on.</summary>
internal sealed class MergeCommand : Command
{
    private readonly StorageOptions _from = new("--from");
    private readonly Option<string> _path = new("--path") { Description = "The folder of the backup to merge, with all that it builds on.", Required = true };
    private readonly Option<string> _toPath = new("--to-path") { Description = "The folder of the new full backup in the same LOCATION. Name the same again to go on after an interruption.", Required = true };
    private readonly EncryptionOptions _encryption = new(writes: true);
    private readonly Option<string?> _digest = new("--manifest") { Description = "The digest that the manifest of the backup must have, as 'backup' has printed it." };

    public MergeCommand()
        : base("merge", "Make an independent full backup of a chain. The backups of the chain are not touched.")
    {
        _from.AddTo(this);
        Options.Add(_path);
        Options.Add(_toPath);
        _encryption.AddTo(this);
        Options.Add(_digest);
        SetAction((parsed, _) => CommandRunner.RunAsync(parsed, context => RunAsync(parsed, context)));
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandContext context)
    {
        var since = context.Time.GetTimestamp();
        var (path, toPath) = (BackupPath.Check(parsed.GetValue(_path)!), BackupPath.Check(parsed.GetValue(_toPath)!));
        var options = new MergeOptions { Keys = _encryption.Read(parsed), ManifestDigest = parsed.GetValue(_digest), Time = context.Time };
        await using var store = _from.Read(parsed).Open();
        MergeSummary summary;
        await using (var progress = context.ShowProgress())
        {
            progress.Step("Merging");
            summary = await new ArchiveMerger(store, path, toPath, options).RunAsync(new ProgressTracker(progress, context.Time), context.Cancellation);
        }

        await context.Output.WriteLineAsync(
            $"{store.Describe(toPath)}: {summary.Backup.Totals.Files} files, {Sizes.Bytes(summary.Backup.Totals.LogicalBytes)}; {Sizes.Bytes(summary.BytesCopied)} copied by the store and {Sizes.Bytes(summary.BytesPacked)} packed anew in {Sizes.Duration(context.Time.GetElapsedTime(since))}");
        await context.Output.WriteLineAsync($"manifest {summary.Backup.ManifestDigest}");
        return ExitCode.Success;
    }
}
