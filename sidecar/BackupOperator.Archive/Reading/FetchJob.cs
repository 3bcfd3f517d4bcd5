using System.Runtime.InteropServices;

namespace BackupOperator.Archive.Reading;

/// <summary>A block that is wanted.</summary>
/// <param name="File">The file that it is for; null where it is only checked.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WantedBlock(BlockPlace Place, TargetFile? File);

/// <summary>Blocks that lie one after the other in a pack, so that one request fetches them.</summary>
internal sealed record FetchJob(int Pack, long Offset, int Length, IReadOnlyList<WantedBlock> Blocks);
