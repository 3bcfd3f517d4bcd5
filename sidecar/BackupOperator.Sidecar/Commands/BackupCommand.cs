using System.CommandLine;
using BackupOperator.Archive.Manifests;
using BackupOperator.Sidecar.Local;
using BackupOperator.Sidecar.Reporting;

namespace BackupOperator.Sidecar.Commands;

/// <summary><c>backup</c>: archives the data directory of a stopped server.</summary>
internal sealed class BackupCommand : Command
{
    private readonly StorageOptions _storage = new("--to");
    private readonly Option<string> _dataDirectory = new("--data-dir") { Description = "The data directory of a stopped server.", Required = true, HelpName = "DIR" };
    private readonly Option<string?> _path = new("--path") { Description = "The backup's folder in LOCATION; a new one with date and time when it is left out. Name the same again to go on after an interruption." };
    private readonly Option<string> _compression = new("--compression") { Description = "none, zstd, or zstd:LEVEL with a level from 1 to 19.", DefaultValueFactory = _ => "zstd:1" };
    private readonly Option<string?> _parent = new("--parent") { Description = "A backup in LOCATION to build on: only what has changed since is stored." };
    private readonly Option<bool> _differential = new("--differential") { Description = "With --parent, which must be a full backup: build on that one alone." };
    private readonly EncryptionOptions _encryption = new(writes: true);
    private readonly Option<string> _verify = new("--verify") { Description = "What is checked in the end: upload (every pack is there), readback (every byte is read again), none.", DefaultValueFactory = _ => "upload" };

    public BackupCommand()
        : base("backup", "Back up the data directory of a stopped server.")
    {
        Options.Add(_dataDirectory);
        _storage.AddTo(this);
        Options.Add(_path);
        Options.Add(_parent);
        Options.Add(_differential);
        Options.Add(_compression);
        _encryption.AddTo(this);
        Options.Add(_verify);
        _verify.AcceptOnlyFromAmong("upload", "readback", "none");
        SetAction((parsed, _) => CommandRunner.RunAsync(parsed, context => RunAsync(parsed, context)));
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandContext context)
    {
        var since = context.Time.GetTimestamp();
        var path = parsed.GetValue(_path) is { } named ? BackupPath.Check(named) : $"{context.Time.GetUtcNow():yyyyMMdd-HHmmss}-{Type(parsed).ToLowerInvariant()}";
        var location = _storage.Read(parsed);
        var level = Compression(parsed.GetValue(_compression)!);
        BackupResult result;
        await using (var progress = context.ShowProgress())
        {
            var backup = new LocalBackup(location.Open(create: true), path, Path.GetFullPath(parsed.GetValue(_dataDirectory)!), level, progress, context.Time)
            {
                Type = Type(parsed),
                Parent = parsed.GetValue(_parent) is { } parent ? BackupPath.Check(parent) : null,
                Keys = _encryption.Read(parsed),
            };
            result = await backup.RunAsync(parsed.GetValue(_verify)!, context.Cancellation);
        }

        await context.Output.WriteLineAsync(
            $"{result.Location}: {result.Files} files, {Sizes.Bytes(result.LogicalBytes)}, stored as {Sizes.Bytes(result.StoredBytes)} in {Sizes.Duration(context.Time.GetElapsedTime(since))}");
        await context.Output.WriteLineAsync($"path {path}");
        await context.Output.WriteLineAsync($"manifest {result.ManifestDigest}");
        return ExitCode.Success;
    }

    private string Type(ParseResult parsed) => (parsed.GetValue(_parent), parsed.GetValue(_differential)) switch
    {
        (null, false) => ManifestHeader.Full,
        (null, true) => throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, "Say with --parent which full backup the differential one builds on."),
        (_, true) => ManifestHeader.Differential,
        _ => ManifestHeader.Incremental,
    };

    private static int? Compression(string text) => text.Split(':') switch
    {
        ["none"] => null,
        ["zstd"] => 1,
        ["zstd", var level] when int.TryParse(level, out var number) && number is >= 1 and <= 19 => number,
        _ => throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, $"'{text}' is no compression: say none, zstd, or zstd:LEVEL with a level from 1 to 19."),
    };
}
