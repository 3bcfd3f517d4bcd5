using BackupOperator.Archive.Tests.Support;

[assembly: AssemblyFixture(typeof(RgwFixture))]
