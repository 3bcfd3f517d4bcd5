global using BackupOperator.Kubernetes.Crds.Attributes;
global using BackupOperator.Kubernetes.Models;
