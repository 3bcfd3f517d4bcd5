using System.Text;
using BackupOperator.Archive.Compression;
using BackupOperator.Archive.Encryption;
using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Packs;
using BackupOperator.Archive.Storage.Volumes;
using BackupOperator.Archive.Tests.Support;

namespace BackupOperator.Archive.Tests;

/// <summary>Readers are fed with what nobody would write. They refuse it in their own words, and nothing else happens.</summary>
public sealed class FuzzTests : IDisposable
{
    private readonly TempFolder _temp = new();
    // A line of the manifest, and one that is decrypted.
    private const long FixedBuffers = 8 << 20;

    // What these manifests are compressed by, at most.
    private const int MostExpansion = 8;

    private readonly Random _random = new(13);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_manifest_of_any_bytes_is_refused()
    {
        var stored = await ManifestAsync();
        for (var i = 0; i < Amount.Of(40_000); i++)
        {
            Read(Mutate(stored)).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_manifest_of_any_text_correctly_sealed_is_read_or_refused()
    {
        var plain = Decompress(await ManifestAsync());
        var read = 0;
        for (var i = 0; i < Amount.Of(16_000); i++)
        {
            read += Read(Compress(Mutate(plain))) ? 1 : 0;
        }

        // Some changes are none: in a name, a time, a mode.
        read.ShouldBeInRange(1, Amount.Of(8_000));
    }

    [Fact]
    public void A_token_of_any_bytes_or_text_is_read_or_ignored()
    {
        var token = new ResumeToken
        {
            BackupId = "one",
            StartedAt = DateTimeOffset.UnixEpoch,
            Finished = [new FinishedPack(0, 100, 1 << 20, new string('a', 64), null)],
            Open = [new OpenPack(1, "id", 1 << 20, [new SealedPart(1, 100, new string('b', 64))], [new TableFile("ibdata1", [[0, 0, 100, 7]], [new string('c', 64)], [new string('d', 16)])])],
        };
        var stored = CompressedJson.Write(token).ToArray();
        var plain = Decompress(stored);
        for (var i = 0; i < Amount.Of(30_000); i++)
        {
            CompressedJson.Parse<ResumeToken>(Mutate(stored)).ShouldBeNull();
            if (CompressedJson.Parse<ResumeToken>(Compress(Mutate(plain))) is { } lying)
            {
                foreach (var open in lying.Open ?? [])
                {
                    _ = BlockTable.Ungroup(open?.Blocks).Count();
                }
            }
        }
    }

    [Fact]
    public void A_block_of_any_bytes_is_refused_or_decompressed_within_its_bounds()
    {
        using var compressor = new ZstdCompressor(1);
        using var decompressor = new ZstdDecompressor();
        var plain = DataDirectory.Pages(_random, 64 << 10);
        var buffer = new byte[ZstdCompressor.Bound(plain.Length)];
        var stored = buffer[..compressor.Compress(plain, buffer)];
        for (var i = 0; i < Amount.Of(20_000); i++)
        {
            try
            {
                decompressor.Decompress(Mutate(stored), new byte[plain.Length]).ShouldBeLessThanOrEqualTo(plain.Length);
            }
            catch (ZstdException)
            {
            }
        }
    }

    [Fact]
    public async Task Lines_of_an_encrypted_manifest_that_are_changed_moved_doubled_or_left_out_are_refused()
    {
        using var chain = new Chain();
        var keys = chain.Sub("keys");
        await File.WriteAllBytesAsync(Path.Combine(keys, "key"), new byte[32]);
        chain.Keys = WrappingKeys.Load(keys);
        for (var i = 0; i < 3000; i++)
        {
            File.WriteAllText(Path.Combine(chain.Source, $"table-{i}-{_random.Next()}.ibd"), $"{_random.Next()}");
        }

        await chain.WriteAsync("full");
        var key = (await WrappedKey.FindAsync(chain.Store, "full", chain.Keys, CancellationToken.None)).ShouldNotBeNull();
        var lines = Encoding.UTF8.GetString(Decompress(await File.ReadAllBytesAsync(Path.Combine(chain.StoreFolder, "full/manifest.json.zst")))).TrimEnd('\n').Split('\n').ToList();
        var first = lines.FindIndex(line => line.StartsWith("{\"sealed\"", StringComparison.Ordinal));
        (lines.Count - first).ShouldBeGreaterThan(2);
        Read(Join(lines), key).ShouldBeTrue();
        for (var i = 0; i < Amount.Of(2_000); i++)
        {
            var changed = lines.ToList();
            var at = _random.Next(first, lines.Count);
            switch (_random.Next(4))
            {
                case 0:
                    changed.RemoveAt(at);
                    break;
                case 1:
                    changed.Insert(_random.Next(first, lines.Count), lines[at]);
                    break;
                case 2:
                    var line = lines[at].ToCharArray();
                    line[_random.Next(12, line.Length - 2)] ^= (char)(1 << _random.Next(7));
                    changed[at] = new string(line);
                    break;
                default:
                    (changed[at], changed[first]) = (changed[first], changed[at]);
                    break;
            }

            if (!changed.SequenceEqual(lines))
            {
                Read(Join(changed), key).ShouldBeFalse();
            }
        }

        static byte[] Join(IEnumerable<string> all) => Compress(Encoding.UTF8.GetBytes(string.Concat(all.Select(line => $"{line}\n"))));
    }

    [Fact]
    public async Task Patches_in_a_manifest_that_cannot_be_are_refused()
    {
        using var chain = new Chain();
        DataDirectory.Write(Path.Combine(chain.Source, "ibdata1"), DataDirectory.Noise(_random, (3 << 20) + 70_000));
        await chain.WriteAsync("full");
        chain.ChangePages("ibdata1", _random, 3);
        await chain.WriteAsync("inc", "full");
        var plain = Decompress(await File.ReadAllBytesAsync(Path.Combine(chain.StoreFolder, "inc/manifest.json.zst")));
        Read(Compress(plain)).ShouldBeTrue();
        var read = 0;
        for (var i = 0; i < Amount.Of(8_000); i++)
        {
            read += Read(Compress(Mutate(plain))) ? 1 : 0;
        }

        read.ShouldBeInRange(1, Amount.Of(4_000));
    }

    [Fact]
    public async Task A_wrapped_key_of_any_bytes_is_refused()
    {
        using var chain = new Chain();
        var keys = chain.Sub("keys");
        await File.WriteAllBytesAsync(Path.Combine(keys, "key"), new byte[32]);
        chain.Keys = WrappingKeys.Load(keys);
        File.WriteAllText(Path.Combine(chain.Source, "ibdata1"), "x");
        await chain.WriteAsync("full");
        var path = Path.Combine(chain.StoreFolder, "full/key.json");
        var stored = await File.ReadAllBytesAsync(path);
        for (var i = 0; i < Amount.Of(500); i++)
        {
            await File.WriteAllBytesAsync(path, Mutate(stored));
            var error = await Should.ThrowAsync<Exception>(() => WrappedKey.FindAsync(chain.Store, "full", chain.Keys, CancellationToken.None));
            (error is CorruptArchiveException or EncryptionKeyException).ShouldBeTrue(error.ToString());
        }
    }

    private async Task<byte[]> ManifestAsync()
    {
        var source = _temp.Sub("source");
        Directory.CreateDirectory(Path.Combine(source, "shop"));
        DataDirectory.Write(Path.Combine(source, "ibdata1"), DataDirectory.Compressible(_random, (2 << 20) + 1));
        DataDirectory.Write(Path.Combine(source, "shop", "t.ibd"), new byte[3 << 20]);
        File.CreateSymbolicLink(Path.Combine(source, "link"), "shop/t.ibd");
        await Backups.WriteAsync(new VolumeObjectStore(_temp.Sub("store")), source);
        return await File.ReadAllBytesAsync(Path.Combine(_temp.Path, "store", ArchiveFormat.ManifestKey(Backups.Path)));
    }

    private static bool Read(byte[] stored, DataKey? key = null)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var reader = new ManifestReader(new MemoryStream(stored), "fuzz", "fuzz");
            reader.ReadEntries(ManifestVisitor.None, key ?? DataKey.New("fuzz"), CancellationToken.None);
            return true;
        }
        catch (CorruptArchiveException)
        {
            return false;
        }
        finally
        {
            // Whatever the input says of sizes, it does not make the reader take more than its fixed buffers and a multiple
            // of what is there, decompressed.
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(FixedBuffers + (stored.Length * 10L * MostExpansion));
        }
    }

    private byte[] Mutate(byte[] original)
    {
        while (true)
        {
            var bytes = original.ToList();
            for (var n = _random.Next(1, 4); n > 0; n--)
            {
                var at = _random.Next(bytes.Count);
                switch (_random.Next(6))
                {
                    case 0:
                        bytes[at] ^= (byte)(1 << _random.Next(8));
                        break;
                    case 1:
                        bytes[at] = (byte)"0123456789-\"{}[],:.e\\/\0\n"[_random.Next(24)];
                        break;
                    case 2:
                        bytes.RemoveRange(at, Math.Min(bytes.Count - at, _random.Next(1, 40)));
                        break;
                    case 3:
                        bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, _random.Next(1, 40))));
                        break;
                    case 4:
                        bytes.Insert(at, (byte)_random.Next(256));
                        break;
                    default:
                        bytes.InsertRange(at, Encoding.ASCII.GetBytes(_random.NextInt64(long.MinValue, long.MaxValue).ToString()));
                        break;
                }

                if (bytes.Count == 0)
                {
                    break;
                }
            }

            if (bytes.Count > 0 && !bytes.SequenceEqual(original))
            {
                return [.. bytes];
            }
        }
    }

    private static byte[] Decompress(byte[] stored)
    {
        using var plain = new ZstdReadStream(new MemoryStream(stored));
        var all = new MemoryStream();
        plain.CopyTo(all);
        return all.ToArray();
    }

    private static byte[] Compress(byte[] plain)
    {
        var stored = new MemoryStream();
        using (var compressed = new ZstdWriteStream(stored, level: 1))
        {
            compressed.Write(plain);
            compressed.Complete();
        }

        return stored.ToArray();
    }
}
