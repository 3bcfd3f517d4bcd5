global using BackupOperator.EndToEnd.Tests.Harness;
global using BackupOperator.Kubernetes.Client;
global using BackupOperator.Kubernetes.Models;
