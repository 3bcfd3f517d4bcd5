global using BackupOperator.Api.Entities;
global using BackupOperator.Api.Runs;
global using BackupOperator.Core.Runs;
global using BackupOperator.Kubernetes.Client;
global using BackupOperator.Kubernetes.Models;
