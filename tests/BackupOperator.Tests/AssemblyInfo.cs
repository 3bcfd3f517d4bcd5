// Most of them wait: for the operator that is under test.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
