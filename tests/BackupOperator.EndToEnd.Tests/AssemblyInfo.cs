// Most of a story is waiting: for servers that start, and for pods.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
