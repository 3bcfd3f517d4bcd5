using BackupOperator.Archive.Tests.Support;

[assembly: AssemblyFixture(typeof(RgwFixture))]

// Half of the tests wait, for processes that are killed or stores that hang.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
