namespace BackupOperator.LocalCluster.ApiServer.Storage;

internal enum StoreEventType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One change of one object.</summary>
/// <param name="Object">The object after the change; for a deletion its last state with the deletion's revision.</param>
/// <param name="Previous">The object before the change; null where it was added.</param>
internal sealed record StoreEvent(StoreEventType Type, long Revision, StoredObject Object, StoredObject? Previous);
