using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("BackupOperator.Kubernetes.Tests")]
