global using BackupOperator.Kubernetes.Client;
global using BackupOperator.Kubernetes.Models;
