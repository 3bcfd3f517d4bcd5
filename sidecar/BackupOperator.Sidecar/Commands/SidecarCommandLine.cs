using System.CommandLine;
using System.CommandLine.Invocation;

namespace BackupOperator.Sidecar.Commands;

/// <summary>The verbs of the program.</summary>
internal static class SidecarCommandLine
{
    public static async Task<int> InvokeAsync(string[] arguments)
    {
        var root = new RootCommand("Backs up, restores, verifies and lists the data directories of MySQL and MariaDB.")
        {
            new BackupCommand(),
            new RestoreCommand(),
            new VerifyCommand(),
            new ListCommand(),
            new RewrapCommand(),
            new CopyCommand(),
            new MergeCommand(),
            new PruneCommand(),
            new RunCommand(),
        };
        root.Options.Add(CommandRunner.Debug);

        var parsed = root.Parse(arguments);
        var wrong = parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction;
        if (parsed.Action is ParseErrorAction told)
        {
            told.ShowHelp = false;
        }

        // Signals are the commands' own affair: what they have begun, they undo, however long that takes.
        var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        return wrong ? (int)ExitCode.Usage : code;
    }
}
