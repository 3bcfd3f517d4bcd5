using BackupOperator.Core.Sizes;

namespace BackupOperator.Backups;

/// <summary>Shows a backup's result in its status. Pure.</summary>
internal static class BackupStatusMapper
{
    public static void Write(MySqlBackupStatus status, BackupResult result)
    {
        status.Location = result.Location;
        status.BackupId = result.BackupId;
        status.ManifestDigest = result.ManifestDigest;

        // A sidecar that says nothing of types knows of full backups only.
        status.Type = Enum.TryParse<BackupType>(result.Type, out var type) ? type : BackupType.Full;
        status.FullBecause = result.FullBecause;
        status.Parent = result.ParentId;
        status.GtidExecuted = result.GtidExecuted;
        status.Blocks = new BlocksStatus { Total = result.BlocksTotal, Reused = result.BlocksReused };
        status.Size = new SizeStatus
        {
            Logical = SizeText.Format(result.LogicalBytes),
            Stored = SizeText.Format(result.StoredBytes),
            Ratio = result.StoredBytes > 0 ? Math.Round((double)result.LogicalBytes / result.StoredBytes, 2) : null,
        };
        status.Server = result.ServerFlavour is null && result.ServerVersion is null
            ? null
            : new ServerStatus { Flavour = result.ServerFlavour, Version = result.ServerVersion };
        status.Binlog = result.BinlogFile is null ? null : new BinlogStatus { File = result.BinlogFile, Position = result.BinlogPosition };
    }
}
