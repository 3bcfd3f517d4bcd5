global using BackupOperator.Api.Entities;
global using BackupOperator.Kubernetes.Client;
global using BackupOperator.Kubernetes.Models;
