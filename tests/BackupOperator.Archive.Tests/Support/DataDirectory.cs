using System.Security.Cryptography;
using BackupOperator.Archive.Native;

namespace BackupOperator.Archive.Tests.Support;

/// <summary>Makes data directories and compares them.</summary>
internal static class DataDirectory
{
    /// <summary>Files of every kind that a server keeps: empty, tiny, odd sizes, sparse, with names that need care.</summary>
    public static void Fill(string folder, Random random, int largeMegabytes = 24)
    {
        File.WriteAllBytes(Path.Combine(folder, "empty"), []);
        File.WriteAllText(Path.Combine(folder, "auto.cnf"), "[auto]\nserver-uuid=1\n");
        Directory.CreateDirectory(Path.Combine(folder, "shop", "#sub dir"));
        Directory.CreateDirectory(Path.Combine(folder, "nothing-in-it"));
        Write(Path.Combine(folder, "ibdata1"), Compressible(random, (12 << 20) + 4321));
        Write(Path.Combine(folder, "shop", "orders.ibd"), Noise(random, largeMegabytes << 20));
        Write(Path.Combine(folder, "shop", "größe 🐬.ibd"), Compressible(random, (1 << 20) + 1));
        Write(Path.Combine(folder, "shop", "#sub dir", "t#P#p0.ibd"), Noise(random, 1 << 20));
        using (var sparse = File.OpenHandle(Path.Combine(folder, "shop", "sparse.ibd"), FileMode.Create, FileAccess.Write))
        {
            RandomAccess.SetLength(sparse, 64 << 20);
            RandomAccess.Write(sparse, Noise(random, 100_000), 33 << 20);
        }

        File.WriteAllText(Path.Combine(folder, "ibtmp1"), "left out");
        File.WriteAllText(Path.Combine(folder, "host.pid"), "left out");
        File.SetUnixFileMode(Path.Combine(folder, "auto.cnf"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public static byte[] Noise(Random random, int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }

    public static byte[] Compressible(Random random, int size)
    {
        var bytes = Noise(random, size);
        for (var i = 0; i < size; i++)
        {
            bytes[i] = (byte)('a' + (bytes[i] & 7));
        }

        return bytes;
    }

    /// <summary>Pages of 16 KiB as InnoDB fills them: some records, the rest zeros.</summary>
    public static byte[] Pages(Random random, int size)
    {
        var bytes = new byte[size];
        for (var page = 0; page + 16384 <= size; page += 16384)
        {
            var filled = random.Next(200, 16384);
            for (var at = page; at < page + filled; at++)
            {
                bytes[at] = (byte)random.Next(0, at % 7 == 0 ? 256 : 24);
            }
        }

        return bytes;
    }

    public static void Write(string path, byte[] content) => File.WriteAllBytes(path, content);

    public static FileStat Stat(string path) => FileStat.TryRead(path) ?? throw new FileNotFoundException(path);

    /// <summary>A line for each entry: path, kind, mode, time, size, hash.</summary>
    public static string Describe(string folder)
    {
        var lines = new List<string>();
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var relative = Path.GetRelativePath(folder, path);
            if (relative is "ibtmp1" or "host.pid")
            {
                continue;
            }

            var info = new FileInfo(path);
            if (info.LinkTarget is { } target)
            {
                lines.Add($"{relative} -> {target}");
            }
            else if (Directory.Exists(path))
            {
                lines.Add($"{relative}/ {File.GetUnixFileMode(path)}");
            }
            else
            {
                using var stream = File.OpenRead(path);
                lines.Add($"{relative} {File.GetUnixFileMode(path)} {info.LastWriteTimeUtc:O} {info.Length} {Convert.ToHexStringLower(SHA256.HashData(stream))}");
            }
        }

        return string.Join('\n', lines);
    }
}
