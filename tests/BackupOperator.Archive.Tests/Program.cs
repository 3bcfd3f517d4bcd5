using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests;

internal static class Program
{
    public static Task<int> Main(string[] arguments) =>
        arguments is [ChildWriter.Verb, ..] ? ChildWriter.RunAsync(arguments[1])
        : arguments is [ChildRestorer.Verb, ..] ? ChildRestorer.RunAsync(arguments[1])
        : arguments is [ChildKeeper.Copy or ChildKeeper.Merge or ChildKeeper.Rewrap or ChildKeeper.Prune, ..] ? ChildKeeper.RunAsync(arguments[0], arguments[1])
        : arguments.Any(argument => argument is "--server" or "--internal-msbuild-node")
            ? Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(arguments);
}
