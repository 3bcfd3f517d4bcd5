using BackupOperator.LocalCluster.Commands;

return await RunCommand.Create().Parse(args).InvokeAsync();
