using System.CommandLine;
using BackupOperator.Archive.Storage.S3;

namespace BackupOperator.Sidecar.Commands;

/// <summary>The options that say where backups lie; the same for each command.</summary>
internal sealed class StorageOptions
{
    private readonly Option<string> _location;
    private readonly Option<string?> _endpoint;
    private readonly Option<string?> _region;
    private readonly Option<bool> _pathStyle;
    private readonly Option<string?> _credentials;
    private readonly Option<string?> _ca;

    /// <param name="name">The option for the place: <c>--to</c> or <c>--from</c>.</param>
    /// <param name="prefix">Comes before the names of the others, where a command has two places.</param>
    public StorageOptions(string name, string prefix = "")
    {
        _location = new Option<string>(name) { Description = "Where the backups lie: a folder, or s3://BUCKET/PREFIX.", Required = true, HelpName = "LOCATION" };
        _endpoint = new Option<string?>($"--{prefix}endpoint") { Description = "S3: the URL of the store; AWS when it is left out." };
        _region = new Option<string?>($"--{prefix}region") { Description = "S3: the region; else AWS_REGION." };
        _pathStyle = new Option<bool>($"--{prefix}path-style") { Description = $"S3: put the bucket into the path (set by itself with --{prefix}endpoint)." };
        _credentials = new Option<string?>($"--{prefix}credentials-dir")
        {
            Description = "S3: a folder with the files accessKeyId, secretAccessKey and, where there is one, sessionToken; else AWS_ACCESS_KEY_ID and so on, a profile, or the machine's role.",
        };
        _ca = new Option<string?>($"--{prefix}ca-file") { Description = "S3: PEM file of the authorities to trust instead of the system's." };
    }

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _location, _endpoint, _region, _pathStyle, _credentials, _ca })
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="RunException">The place cannot be understood.</exception>
    public StorageLocation Read(ParseResult parsed)
    {
        var endpoint = parsed.GetValue(_endpoint);
        return StorageLocation.Parse(parsed.GetValue(_location)!, new S3StoreOptions
        {
            Bucket = "",
            Endpoint = endpoint,
            Region = parsed.GetValue(_region) ?? Environment.GetEnvironmentVariable("AWS_REGION") ?? Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION"),
            ForcePathStyle = parsed.GetValue(_pathStyle) || endpoint is not null,
            CredentialsFolder = parsed.GetValue(_credentials),
            CaFile = parsed.GetValue(_ca),
        });
    }
}
