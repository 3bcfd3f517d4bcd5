using System.Threading.Channels;

namespace BackupOperator.Archive.Writing;

/// <summary>Files of an earlier backup in the order of their paths, read ahead a little and never all in memory.</summary>
internal sealed class FileFeed : IAsyncDisposable
{
    private const int Ahead = 64;
    private readonly Channel<FileRecord> _files = Channel.CreateBounded<FileRecord>(Ahead);
    private readonly CancellationTokenSource _stop;
    private readonly Task _reading;
    private readonly PathCursor _cursor;

    /// <param name="read">Hands out all files; fails where they are not to be trusted.</param>
    public FileFeed(Func<Action<FileRecord>, CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _reading = Task.Run(() => ReadAsync(read), CancellationToken.None);
        _cursor = new PathCursor(Take);
    }

    /// <summary>The file of that path; to be asked for in the order of the paths. Blocks the thread.</summary>
    public FileRecord? Find(string path) => _cursor.Find(path);

    /// <summary>Reads to the end: only there it shows that everything before was right.</summary>
    public async Task CompleteAsync()
    {
        await foreach (var _ in _files.Reader.ReadAllAsync(_stop.Token))
        {
        }

        await _reading;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stop.Dispose();
    }

    private FileRecord? Take()
    {
        while (_files.Reader.WaitToReadAsync(_stop.Token).AsTask().GetAwaiter().GetResult())
        {
            if (_files.Reader.TryRead(out var file))
            {
                return file;
            }
        }

        return null;
    }

    private async Task ReadAsync(Func<Action<FileRecord>, CancellationToken, Task> read)
    {
        try
        {
            await read(file => _files.Writer.WriteAsync(file, _stop.Token).AsTask().GetAwaiter().GetResult(), _stop.Token);
            _files.Writer.Complete();
        }
        catch (Exception error)
        {
            _files.Writer.Complete(error);
            throw;
        }
    }
}
