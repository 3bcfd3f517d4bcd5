using System.Runtime.InteropServices;
using BackupOperator.Archive.Blocks;

namespace BackupOperator.Archive.Reading;

/// <summary>A block that is wanted, and the file that it is for.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WantedBlock(TargetFile File, int Index, BlockReference Block);

/// <summary>Blocks that lie one after the other in a pack, so that one request fetches them.</summary>
internal sealed record FetchJob(int Pack, long Offset, int Length, IReadOnlyList<WantedBlock> Blocks);
