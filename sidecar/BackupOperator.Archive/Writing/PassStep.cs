namespace BackupOperator.Archive.Writing;

/// <summary>What comes next when blocks are put in order again: a block, or an entry of which all blocks have come.</summary>
internal readonly record struct PassStep(BlockWork? Block, SourceEntry? Entry);
