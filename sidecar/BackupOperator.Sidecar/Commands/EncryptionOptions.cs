using System.CommandLine;
using BackupOperator.Archive.Encryption;

namespace BackupOperator.Sidecar.Commands;

/// <summary>The options that say where the keys are; the same for each command.</summary>
internal sealed class EncryptionOptions
{
    private readonly Option<string?> _folder = new("--keys-dir")
    {
        Description = "A folder with the encryption keys, a file for each: 32 bytes, their hex digits or Base64.",
        HelpName = "DIR",
    };

    private readonly Option<string?> _key = new("--key") { Description = "The file in --keys-dir with the key to encrypt with; may be left out where there is only one.", HelpName = "NAME" };
    private readonly bool _writes;

    /// <param name="writes">Whether the command encrypts something.</param>
    public EncryptionOptions(bool writes) => _writes = writes;

    public void AddTo(Command command)
    {
        command.Options.Add(_folder);
        if (_writes)
        {
            command.Options.Add(_key);
        }
    }

    /// <returns>Null where none are named.</returns>
    /// <exception cref="EncryptionKeyException">They cannot be used.</exception>
    public WrappingKeys? Read(ParseResult parsed)
    {
        if (parsed.GetValue(_folder) is not { } folder)
        {
            return null;
        }

        var key = _writes ? parsed.GetValue(_key) : null;
        if (_writes && key is null && Directory.Exists(folder) && Directory.GetFiles(folder).Length > 1)
        {
            throw new RunException(FailureReason.InvalidSpec, ExitCode.Usage, $"There are several keys in {folder}: say with --key which one to encrypt with.");
        }

        return WrappingKeys.Load(folder, key);
    }
}
