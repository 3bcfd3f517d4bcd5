namespace BackupOperator.Core.Catalogs;

/// <summary>How far an import of backups without a resource is.</summary>
public enum CatalogPhase
{
    /// <summary>Something else must end first.</summary>
    Waiting,

    /// <summary>The storage is read. Nothing is deleted from it meanwhile.</summary>
    Running,

    /// <summary>Done.</summary>
    Imported,

    /// <summary>It is tried again later.</summary>
    Failed,
}
