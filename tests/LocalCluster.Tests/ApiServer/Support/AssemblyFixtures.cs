using BackupOperator.LocalCluster.Tests.ApiServer.Support;

[assembly: AssemblyFixture(typeof(ApiUnderTest))]
