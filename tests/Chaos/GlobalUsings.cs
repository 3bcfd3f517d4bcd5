global using System.Globalization;
global using BackupOperator.Api.Entities;
global using BackupOperator.Chaos.Harness;
global using BackupOperator.Chaos.Matrix;
global using BackupOperator.Kubernetes.Client;
global using BackupOperator.Kubernetes.Models;
global using BackupOperator.LocalCluster;
global using BackupOperator.TestSupport.Faults;
