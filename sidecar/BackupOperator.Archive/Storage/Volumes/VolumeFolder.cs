using BackupOperator.Archive.Native;
using Microsoft.Win32.SafeHandles;

namespace BackupOperator.Archive.Storage.Volumes;

/// <summary>Where the files of a store lie, and how they come and go there while others do the same.</summary>
internal sealed class VolumeFolder(string root)
{
    /// <summary>.NET would lock the file otherwise.</summary>
    public const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;

    private const int MostTries = 20;
    private const int NotFoundError = 2; // ENOENT

    public string Root => root;

    public string Describe(string key) => Path.Combine(root, key);

    /// <exception cref="StorageException">It is no name for an object, or leads out of the folder.</exception>
    public string PathOf(string key)
    {
        if (key.Length == 0 || key.Split('/').Any(segment => segment is "" or "." or ".." or VolumeWalk.Uploads || segment.Contains('\0')))
        {
            throw new StorageException(StorageFailure.Refused, $"'{key}' is no name for an object.");
        }

        return Path.Combine(root, key);
    }

    /// <summary>The folder that everything lies in whose key begins like this.</summary>
    public string FolderOf(string prefix) => prefix.LastIndexOf('/') is var slash and >= 0 ? PathOf(prefix[..slash]) : root;

    public string KeyOf(string path) => Path.GetRelativePath(root, path);

    /// <summary>Whether there is a file; what it is otherwise, or behind a link, is of no interest.</summary>
    /// <exception cref="IOException">It cannot be told.</exception>
    public static bool HasFile(string path) => FileStat.TryFollow(path) is { Kind: EntryKind.File };

    // Someone who deletes another backup may be removing the folder, because it is empty, at this very moment.
    public SafeFileHandle Create(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                EnsureFolder(Path.GetDirectoryName(path)!);
                return File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, Shared);
            }
            catch (IOException error) when (attempt < MostTries && (error is DirectoryNotFoundException || error.HResult == NotFoundError))
            {
            }
        }
    }

    public void Publish(string temporary, string path, PutMode mode, string key)
    {
        if (mode != PutMode.CreateOnly)
        {
            File.Move(temporary, path, overwrite: true);
        }
        else if (!Syscalls.TryRenameToNew(temporary, path))
        {
            throw new StorageException(StorageFailure.AlreadyExists, $"{Describe(key)} exists already.");
        }

        if (mode != PutMode.ReplaceLazily)
        {
            Syscalls.FlushDirectory(Path.GetDirectoryName(path)!);
        }
    }

    // Uploads that end at the same time remove the folder that they share.
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    public void RemoveEmptyFolders(string from)
    {
        for (var folder = from; folder.Length > root.Length && RemoveIfEmpty(folder); folder = Path.GetDirectoryName(folder)!)
        {
            // Upwards, as long as nothing is left behind.
        }
    }

    public static bool RemoveIfEmpty(string folder)
    {
        try
        {
            Directory.Delete(folder);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void EnsureFolder(string folder)
    {
        var missing = new Stack<string>();
        for (var at = folder; at.Length > root.Length && !Directory.Exists(at); at = Path.GetDirectoryName(at)!)
        {
            missing.Push(at);
        }

        foreach (var at in missing)
        {
            Directory.CreateDirectory(at);
            Syscalls.FlushDirectory(Path.GetDirectoryName(at)!);
        }
    }
}
