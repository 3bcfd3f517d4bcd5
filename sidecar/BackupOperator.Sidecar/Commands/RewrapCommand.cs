using System.CommandLine;
using BackupOperator.Archive;
using BackupOperator.Archive.Encryption;

namespace BackupOperator.Sidecar.Commands;

/// <summary><c>rewrap</c>: wraps the data keys of encrypted backups with another key; no block is touched.</summary>
internal sealed class RewrapCommand : Command
{
    private readonly StorageOptions _storage = new("--from");
    private readonly Option<string?> _path = new("--path") { Description = "The backup's folder in LOCATION; all encrypted backups there when it is left out." };
    private readonly EncryptionOptions _encryption = new(writes: true);

    public RewrapCommand()
        : base("rewrap", "Wrap the keys of encrypted backups with another key, to rotate it. Old and new key must be in --keys-dir. Each storage has wrapped keys of its own: rewrap those of the copies as well before the old key goes.")
    {
        _storage.AddTo(this);
        Options.Add(_path);
        _encryption.AddTo(this);
        SetAction((parsed, _) => CommandRunner.RunAsync(parsed, context => RunAsync(parsed, context)));
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandContext context)
    {
        var keys = _encryption.Read(parsed) ?? throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, "Say with --keys-dir where the keys are.");
        await using var store = _storage.Read(parsed).Open();
        var paths = new List<string>();
        if (parsed.GetValue(_path) is { } named)
        {
            paths.Add(BackupPath.Check(named));
        }
        else
        {
            await foreach (var found in store.ListAsync("", context.Cancellation))
            {
                if (Path.GetFileName(found.Key) == Path.GetFileName(ArchiveFormat.DataKeyKey("")))
                {
                    paths.Add(Path.GetDirectoryName(found.Key)!);
                }
            }
        }

        var changed = 0;
        var problems = new List<string>();
        foreach (var path in paths)
        {
            try
            {
                changed += await WrappedKeys.RewrapAsync(store, path, keys, context.Cancellation) ? 1 : 0;
            }
            catch (EncryptionKeyException problem)
            {
                // Somebody else's, in a bucket that is shared: no reason to leave the others as they are.
                problems.Add(problem.Message);
            }
        }

        await context.Output.WriteLineAsync($"{changed} of {paths.Count} data keys wrapped anew; {paths.Count - changed - problems.Count} had this key already.");
        await context.Output.WriteLineAsync("Copies in other storages have wrapped keys of their own: rewrap them too before the old key goes.");
        return problems.Count == 0
            ? ExitCode.Success
            : throw new RunException(FailureReason.EncryptionKeyInvalid, ExitCode.Usage, $"{problems.Count} of {paths.Count} data keys stay as they were. {string.Join(' ', problems)}");
    }
}
