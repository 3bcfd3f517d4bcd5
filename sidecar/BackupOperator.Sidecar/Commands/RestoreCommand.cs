using System.CommandLine;
using BackupOperator.Sidecar.Local;
using BackupOperator.Sidecar.Reporting;

namespace BackupOperator.Sidecar.Commands;

/// <summary><c>restore</c>: writes a backup into an empty directory, or in the place of a stopped server's data.</summary>
internal sealed class RestoreCommand : Command
{
    private readonly StorageOptions _storage = new("--from");
    private readonly Option<string?> _path = new("--path") { Description = "The backup's folder in LOCATION; may be left out where there is only one." };
    private readonly Option<string> _to = new("--to") { Description = "A directory that is new or empty; with --in-place the data directory of a stopped server.", Required = true, HelpName = "DIR" };
    private readonly Option<bool> _inPlace = new("--in-place") { Description = "Replace the data in DIR. The old data is kept in a hidden folder there." };
    private readonly Option<bool> _delta = new("--delta") { Description = "With --in-place: take the blocks that DIR has already from there, and fetch only the others." };
    private readonly EncryptionOptions _encryption = new(writes: false);
    private readonly Option<string?> _digest = new("--manifest") { Description = "The digest that the manifest must have, as 'backup' has printed it." };

    public RestoreCommand()
        : base("restore", "Restore a backup; every block is checked before it is written.")
    {
        _storage.AddTo(this);
        Options.Add(_path);
        Options.Add(_to);
        Options.Add(_inPlace);
        Options.Add(_delta);
        _encryption.AddTo(this);
        Options.Add(_digest);
        SetAction((parsed, _) => CommandRunner.RunAsync(parsed, context => RunAsync(parsed, context)));
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandContext context)
    {
        var since = context.Time.GetTimestamp();
        var target = Path.GetFullPath(parsed.GetValue(_to)!);
        var (store, path) = await BackupChooser.ChooseAsync(_storage.Read(parsed), parsed.GetValue(_path), context.Cancellation);
        await using var disposed = store;
        LocalRestoreResult result;
        await using (var progress = context.ShowProgress())
        {
            var restore = new LocalRestore(store, path, target, parsed.GetValue(_inPlace), progress, context.Time) { Keys = _encryption.Read(parsed), Delta = parsed.GetValue(_delta) };
            result = await restore.RunAsync(parsed.GetValue(_digest), context.Cancellation);
        }

        await context.Output.WriteLineAsync(
            $"{target}: {result.Files} files, {Sizes.Bytes(result.LogicalBytes)}, restored from {store.Describe(path)} in {Sizes.Duration(context.Time.GetElapsedTime(since))}");
        if (result.Previous is not null)
        {
            await context.Output.WriteLineAsync($"The old data is in {result.Previous}; remove it when the server has proved itself on the new.");
        }

        return ExitCode.Success;
    }
}
