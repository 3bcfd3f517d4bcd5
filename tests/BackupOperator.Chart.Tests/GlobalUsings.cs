global using System.Text.Json.Nodes;
global using BackupOperator.Chart.Tests.Rendering;
global using BackupOperator.Kubernetes.Serialization;

[assembly: AssemblyFixture(typeof(ChartRenderer))]
[assembly: AssemblyFixture(typeof(BackupOperator.Chart.Tests.Cluster.ApiServer))]
