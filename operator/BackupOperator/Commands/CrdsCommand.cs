using System.CommandLine;

namespace BackupOperator.Commands;

/// <summary>Writes the custom resource definitions, generated from the C# entities.</summary>
internal sealed class CrdsCommand : Command
{
    private readonly Option<DirectoryInfo?> output = new("--output", "-o") { Description = "Folder to write a file for each kind to; standard output when absent." };

    public CrdsCommand()
        : base("crds", "Print the custom resource definitions.")
    {
        Options.Add(output);
        SetAction(WriteAsync);
    }

    private async Task<int> WriteAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(output) is not { } folder)
        {
            await Console.Out.WriteAsync(string.Join("---\n", Manifests.Crds().Select(c => c.Content)));
            return 0;
        }

        folder.Create();
        foreach (var (file, content) in Manifests.Crds())
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, file), content, cancellationToken);
        }

        return 0;
    }
}
