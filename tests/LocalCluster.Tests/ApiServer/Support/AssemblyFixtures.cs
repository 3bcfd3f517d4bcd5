using BackupOperator.LocalCluster.Tests.ApiServer.Support;

[assembly: AssemblyFixture(typeof(LocalApi))]
[assembly: AssemblyFixture(typeof(RealApi))]
