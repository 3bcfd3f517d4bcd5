using System.CommandLine;

namespace BackupOperator.Commands;

/// <summary>Writes the ClusterRole of the operator, generated from what its controllers say they need.</summary>
internal sealed class RbacCommand : Command
{
    private readonly Option<string> name = new("--name") { Description = "Name of the ClusterRole.", DefaultValueFactory = _ => "mysql-backup-operator" };
    private readonly Option<FileInfo?> output = new("--output", "-o") { Description = "File to write to; standard output when absent." };

    public RbacCommand()
        : base("rbac", "Print the ClusterRole that the operator needs.")
    {
        Options.Add(name);
        Options.Add(output);
        SetAction(WriteAsync);
    }

    private async Task<int> WriteAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var text = Manifests.ClusterRole(parsed.GetValue(name)!);
        if (parsed.GetValue(output) is not { } file)
        {
            await Console.Out.WriteAsync(text);
            return 0;
        }

        file.Directory?.Create();
        await File.WriteAllTextAsync(file.FullName, text, cancellationToken);
        return 0;
    }
}
