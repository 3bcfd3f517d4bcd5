using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("BackupOperator.Archive.Tests")]
