using System.Text.Json;
using BackupOperator.Archive.Blocks;
using BackupOperator.Archive.Encryption;

namespace BackupOperator.Archive.Manifests;

/// <summary>Reads the lines with a file's blocks: each lies in a pack that there is, within its bounds.</summary>
internal sealed class BlockLines(ManifestChecks checks, ManifestHeader header, IReadOnlyList<ManifestPack> packs)
{
    /// <returns>The number of the block that the next line begins with.</returns>
    public int Read(JsonElement root, ManifestEntry file, int index, List<(int Index, BlockReference Block)> blocks)
    {
        if (!root.TryGetProperty("blocks", out var array) || array.ValueKind != JsonValueKind.Array || array.GetArrayLength() is 0 or > ArchiveFormat.BlocksPerLine)
        {
            throw checks.Corrupt($"{ManifestChecks.Show(file.Path)} has fewer blocks than its size needs");
        }

        foreach (var item in array.EnumerateArray())
        {
            if (index >= file.BlockCount)
            {
                throw checks.Corrupt($"{ManifestChecks.Show(file.Path)} has more blocks than its size needs");
            }

            if (item.ValueKind == JsonValueKind.Number)
            {
                index += (int)checks.Number(item, 1, file.BlockCount - index);
            }
            else
            {
                blocks.Add((index, ReadBlock(item, file, index)));
                index++;
            }
        }

        return index;
    }

    private BlockReference ReadBlock(JsonElement item, ManifestEntry file, int index)
    {
        if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() is not (5 or 6))
        {
            throw checks.Corrupt($"block {index} of {ManifestChecks.Show(file.Path)} is none");
        }

        var plainLength = file.BlockLength(index);
        var (pack, offset, length, checksum) = ReadPlace(item, plainLength);
        return BlockDigest.TryParse(item[4].GetString(), out var digest)
            ? new BlockReference(pack, offset, length, checksum, digest, item.GetArrayLength() == 6 ? ReadPatches(item[5], plainLength) : null)
            : throw checks.Corrupt($"the digest of block {index} of {ManifestChecks.Show(file.Path)} is none");
    }

    private BlockPatch[] ReadPatches(JsonElement list, int blockLength)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > BlockReference.MostPatches)
        {
            throw checks.Corrupt("a block has no patches, or too many");
        }

        return [.. list.EnumerateArray().Select(item =>
        {
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 5 || !item[4].TryGetInt64(out var pieces) || !Pieces.AreIn(blockLength, pieces))
            {
                throw checks.Corrupt("a patch is none");
            }

            var (pack, offset, length, checksum) = ReadPlace(item, Pieces.Length(blockLength, (ushort)pieces));
            return new BlockPatch(pack, offset, length, checksum, (ushort)pieces);
        })];
    }

    private (int Pack, uint Offset, int Length, uint Checksum) ReadPlace(JsonElement item, int plainLength)
    {
        var overhead = header.IsEncrypted ? FrameCipher.Overhead : 0;
        var pack = (int)checks.Number(item[0], 0, packs.Count - 1L);
        var length = (int)checks.Number(item[2], 1 + overhead, plainLength + overhead);
        var offset = (uint)checks.Number(item[1], 0, Math.Min(uint.MaxValue, packs[pack].Size - length));
        return (pack, offset, length, (uint)checks.Number(item[3], 0, uint.MaxValue));
    }
}
