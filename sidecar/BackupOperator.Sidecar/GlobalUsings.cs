global using BackupOperator.Api.Runs;
global using BackupOperator.Sidecar.Failures;
