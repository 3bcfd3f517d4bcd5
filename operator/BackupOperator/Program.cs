using System.CommandLine;
using BackupOperator.Commands;

var run = new RunCommand();
var root = new RootCommand("Backs up and restores MySQL and MariaDB on Kubernetes.") { run, new CrdsCommand(), new RbacCommand() };

// Without a verb the operator runs.
string[] words = args is [] || (args[0].StartsWith('-') && args[0] is not ("--version" or "--help" or "-h" or "-?")) ? [run.Name, .. args] : args;
return await root.Parse(words[0] == run.Name ? [.. words, .. run.FromEnvironment(words, Environment.GetEnvironmentVariable)] : words).InvokeAsync();
