global using BackupOperator.Api.Runs;
