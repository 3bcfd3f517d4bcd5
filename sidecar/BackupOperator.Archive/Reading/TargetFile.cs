using BackupOperator.Archive.Manifests;
using BackupOperator.Archive.Native;
using Microsoft.Win32.SafeHandles;

namespace BackupOperator.Archive.Reading;

/// <summary>A file that is being restored; it is finished when its last block is written.</summary>
internal sealed class TargetFile(ManifestEntry entry, string fullPath, SafeFileHandle handle)
{
    private int _pending = 1;

    public ManifestEntry Entry => entry;

    public SafeFileHandle Handle => handle;

    public void Expect() => Interlocked.Increment(ref _pending);

    /// <summary>One block is written, or none is wanted any more.</summary>
    /// <returns>True when the file is finished.</returns>
    public bool Finish()
    {
        if (Interlocked.Decrement(ref _pending) > 0)
        {
            return false;
        }

        handle.Dispose();
        Attributes.Apply(entry, fullPath);
        return true;
    }
}
