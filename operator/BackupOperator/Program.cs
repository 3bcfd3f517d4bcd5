using System.CommandLine;
using BackupOperator.Commands;

var run = new RunCommand();
var root = new RootCommand("Backs up and restores MySQL and MariaDB on Kubernetes.") { run, new CrdsCommand(), new RbacCommand(), new ReportCommand() };

// Without a verb the operator runs.
string[] words = args is [] || (args[0].StartsWith('-') && args[0] is not ("--version" or "--help" or "-h" or "-?")) ? [run.Name, .. args] : args;
string[] all = words[0] == run.Name ? [.. words, .. run.FromEnvironment(words, Environment.GetEnvironmentVariable)] : words;

// On SIGTERM the operator finishes what it is at, within times of its own; the library's two seconds would cut that off.
return await root.Parse(all).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = RunCommand.LongestShutdown });
