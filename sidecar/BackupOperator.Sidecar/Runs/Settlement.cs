using BackupOperator.Sidecar.Swapping;

namespace BackupOperator.Sidecar.Runs;

/// <summary>Makes the swap of a restore final whose result is known.</summary>
internal sealed class Settlement(RunContext context, SwapFolders folders)
{
    /// <summary>From here on there is no way back; removes what is not kept.</summary>
    public void Settle(bool keepPrevious)
    {
        new DirectorySwap(folders).Commit();
        context.Reporter.Update(report => report with { SwapOpen = false });
        if (!keepPrevious)
        {
            PreviousData.Remove(folders);
        }
    }
}
