using BackupOperator.LocalCluster.ApiServer;
using BackupOperator.LocalCluster.Kubelet.Pods;

namespace BackupOperator.LocalCluster.Kubelet;

/// <summary>The containers' output for <c>kubectl logs</c>.</summary>
/// <param name="isRunning">Whether a container (uid of the pod, name) runs, so that following it makes sense.</param>
public sealed class PodLogFiles(string dataDirectory, Func<string, string, bool> isRunning, TimeProvider time) : IPodLogs
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public async Task<bool> CopyAsync(PodLogRequest request, Stream destination, CancellationToken cancellationToken)
    {
        var folders = new PodFolders(dataDirectory, request.PodUid);
        var restart = LastRestart(folders, request.Container) - (request.Previous ? 1 : 0);
        if (restart < 0)
        {
            return false;
        }

        await using var log = new FileStream(folders.Log(request.Container, restart), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (request.TailLines is { } lines)
        {
            SeekToTail(log, lines);
        }

        var left = request.LimitBytes ?? long.MaxValue;
        var buffer = new byte[64 << 10];
        while (left > 0)
        {
            // Asked before reading: what was written up to the end is still read after it.
            var more = request.Follow && isRunning(request.PodUid, request.Container);
            int count;
            while (left > 0 && (count = await log.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken)) > 0)
            {
                await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                await destination.FlushAsync(cancellationToken);
                left -= count;
            }

            if (!more)
            {
                break;
            }

            await Task.Delay(Pause, time, cancellationToken);
        }

        return true;
    }

    private static int LastRestart(PodFolders folders, string container)
    {
        var restart = -1;
        while (File.Exists(folders.Log(container, restart + 1)))
        {
            restart++;
        }

        return restart;
    }

    private static void SeekToTail(FileStream log, long lines)
    {
        // The last line break ends the last line; it starts none.
        for (var position = log.Length - 1; position > 0; position--)
        {
            log.Position = position - 1;
            if (log.ReadByte() == '\n' && --lines <= 0)
            {
                log.Position = position;
                return;
            }
        }

        log.Position = 0;
    }
}
