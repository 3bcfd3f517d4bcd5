using System.CommandLine;
using BackupOperator.Commands;

var run = new RunCommand();
var root = new RootCommand("Backs up and restores MySQL and MariaDB on Kubernetes.") { run, new CrdsCommand(), new RbacCommand() };

// Without a verb the operator runs.
return await root.Parse(args is [] || (args[0].StartsWith('-') && args[0] is not ("--version" or "--help" or "-h" or "-?")) ? ["run", .. args] : args)
    .InvokeAsync();
