using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("BackupOperator.MySql.Tests")]
