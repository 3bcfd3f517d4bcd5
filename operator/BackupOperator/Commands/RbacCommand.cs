using System.CommandLine;

namespace BackupOperator.Commands;

/// <summary>Writes the rights of the operator, generated from what its controllers say they need.</summary>
internal sealed class RbacCommand : Command
{
    private readonly Option<string> name = new("--name") { Description = "Name of the role, and with --namespaces of the ServiceAccount too.", DefaultValueFactory = _ => "mysql-backup-operator" };
    private readonly Option<string> namespaces = new("--namespaces")
    {
        Description = "For an operator with --watch-namespaces: the same namespaces, separated by commas; gives Roles with their bindings instead of a ClusterRole.",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string> operatorNamespace = new("--operator-namespace") { Description = "With --namespaces: where the operator runs.", DefaultValueFactory = _ => "mysql-backup-operator" };
    private readonly Option<FileInfo?> output = new("--output", "-o") { Description = "File to write to; standard output when absent." };

    public RbacCommand()
        : base("rbac", "Print the ClusterRole, or the Roles, that the operator needs.")
    {
        Options.Add(name);
        Options.Add(namespaces);
        Options.Add(operatorNamespace);
        Options.Add(output);
        SetAction(WriteAsync);
    }

    private async Task<int> WriteAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var limited = parsed.GetValue(namespaces)!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var text = limited is []
            ? Manifests.ClusterRole(parsed.GetValue(name)!)
            : Manifests.Roles(parsed.GetValue(name)!, parsed.GetValue(operatorNamespace)!, limited);
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
