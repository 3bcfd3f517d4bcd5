using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("BackupOperator.Archive.Tests")]
[assembly: InternalsVisibleTo("BackupOperator.Archive.Benchmarks")]
