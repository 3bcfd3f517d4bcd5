using System.Buffers.Binary;

namespace BackupOperator.MySql.ServerFiles;

/// <summary>Finds the file of InnoDB's system tablespace, which a running server holds a write lock on.</summary>
public static class InnoDbSystemFiles
{
    private const string DefaultName = "ibdata1";

    // FIL_PAGE_OFFSET, FIL_PAGE_TYPE and FIL_PAGE_SPACE_ID of a page, and the type of a tablespace's first one.
    // Source: https://dev.mysql.com/doc/dev/mysql-server/latest/fil0types_8h.html.
    private const int PageNumberAt = 4;
    private const int PageTypeAt = 24;
    private const int SpaceIdAt = 34;
    private const int HeaderLength = 38;
    private const ushort SpaceHeaderType = 8;

    private const int MinPageSize = 4096;

    /// <summary>
    /// The first file of the system tablespace: <c>ibdata1</c>, or, where <c>innodb_data_file_path</c> names it
    /// otherwise, the file at the top of the directory, or else in a folder there, whose first page says that it is one.
    /// </summary>
    /// <returns>The full path; null where the directory holds no such file, for it may lie elsewhere.</returns>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public static string? Find(string dataDirectory)
    {
        var usual = Path.Combine(dataDirectory, DefaultName);
        return File.Exists(usual)
            ? usual
            : Candidates(dataDirectory).FirstOrDefault(IsSystemTablespace);
    }

    // Folders hold the tables of schemas, by the thousand; those are never it.
    private static IEnumerable<string> Candidates(string dataDirectory) =>
        Directory.EnumerateFiles(dataDirectory).Order(StringComparer.Ordinal).Concat(
            Directory.EnumerateDirectories(dataDirectory).Order(StringComparer.Ordinal)
                .Where(folder => !Path.GetFileName(folder).StartsWith('#'))
                .SelectMany(Directory.EnumerateFiles)
                .Where(file => Path.GetExtension(file) is not (".ibd" or ".frm" or ".sdi" or ".MYD" or ".MYI" or ".MAD" or ".MAI")));

    private static bool IsSystemTablespace(string path)
    {
        // The doublewrite files (#ib_..., *.dblwr) hold copies of pages.
        var file = new FileInfo(path);
        if (file.Name.StartsWith('#') || file.Name.EndsWith(".dblwr", StringComparison.Ordinal)
            || file.LinkTarget is not null || file.Length < MinPageSize || file.Length % MinPageSize != 0)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        using var stream = file.OpenRead();
        return stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) == HeaderLength
            && BinaryPrimitives.ReadUInt32BigEndian(header[PageNumberAt..]) == 0
            && BinaryPrimitives.ReadUInt16BigEndian(header[PageTypeAt..]) == SpaceHeaderType
            && BinaryPrimitives.ReadUInt32BigEndian(header[SpaceIdAt..]) == 0;
    }
}
