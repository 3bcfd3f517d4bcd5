using BackupOperator.Chaos.Commands;

return await ChaosCommand.Create().Parse(args).InvokeAsync();
