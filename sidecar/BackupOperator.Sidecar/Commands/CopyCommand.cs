using System.CommandLine;
using BackupOperator.Archive.Copying;
using BackupOperator.Sidecar.Reporting;

namespace BackupOperator.Sidecar.Commands;

/// <summary><c>copy</c>: brings a backup, with those that it builds on, into another storage.</summary>
internal sealed class CopyCommand : Command
{
    private readonly StorageOptions _from = new("--from");
    private readonly Option<string?> _path = new("--path") { Description = "The backup's folder in LOCATION, and in the copy; may be left out where there is only one." };
    private readonly StorageOptions _to = new("--to", "to-");
    private readonly EncryptionOptions _encryption = new(writes: false);
    private readonly Option<string?> _digest = new("--manifest") { Description = "The digest that the manifest must have, as 'backup' has printed it." };

    public CopyCommand()
        : base("copy", "Copy a backup, and what it builds on, to another storage. What is there already is not sent again.")
    {
        _from.AddTo(this);
        Options.Add(_path);
        _to.AddTo(this);
        _encryption.AddTo(this);
        Options.Add(_digest);
        SetAction((parsed, _) => CommandRunner.RunAsync(parsed, context => RunAsync(parsed, context)));
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandContext context)
    {
        var since = context.Time.GetTimestamp();
        var keys = _encryption.Read(parsed);
        var target = _to.Read(parsed);
        var (from, path) = await BackupChooser.ChooseAsync(_from.Read(parsed), parsed.GetValue(_path), context.Cancellation);
        await using var source = from;
        await using var to = target.Open(create: true);
        CopySummary summary;
        await using (var progress = context.ShowProgress())
        {
            progress.Step("Copying");
            var copier = new ArchiveCopier(from, to, path, new CopyOptions { ManifestDigest = parsed.GetValue(_digest), Keys = keys, Time = context.Time });
            summary = await copier.RunAsync(new ProgressTracker(progress, context.Time), context.Cancellation);
        }

        await context.Output.WriteLineAsync(
            $"{to.Describe(path)}: {summary.ObjectsCopied} objects with {Sizes.Bytes(summary.BytesCopied)} copied in {Sizes.Duration(context.Time.GetElapsedTime(since))}, {summary.ObjectsThere} were there already");
        await context.Output.WriteLineAsync($"manifest {summary.ManifestDigest}");
        return ExitCode.Success;
    }
}
