using System.Threading.Channels;
using BackupOperator.Archive.Storage;

namespace BackupOperator.Archive.Reading;

/// <summary>Fetches blocks, several requests at once, and checks each before it hands it out.</summary>
/// <param name="take">Takes a block's plain bytes; called by many threads.</param>
/// <param name="fetched">Told of bytes that were read from the store.</param>
internal sealed class BlockFetcher(ArchiveReader archive, int workers, Action<WantedBlock, ReadOnlyMemory<byte>> take, Action<long> fetched)
{
    public const int LargestRequest = 8 << 20;

    /// <param name="plan">Sends the requests, on a thread of the pool; it is made to wait when there are too many.</param>
    public async Task RunAsync(Func<Action<FetchJob>, CancellationToken, Task> plan, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var jobs = Channel.CreateBounded<FetchJob>(workers);
        var planning = Task.Run(() => PlanAsync(plan, jobs.Writer, stop.Token), CancellationToken.None);
        var fetching = Enumerable.Range(0, workers).Select(_ => Task.Run(() => FetchAsync(jobs.Reader, stop.Token), CancellationToken.None));
        await FirstFailure.WhenAllAsync([planning, .. fetching], stop);
    }

    private static async Task PlanAsync(Func<Action<FetchJob>, CancellationToken, Task> plan, ChannelWriter<FetchJob> jobs, CancellationToken cancellationToken)
    {
        try
        {
            await plan(job => Send(jobs, job, cancellationToken), cancellationToken);
        }
        finally
        {
            jobs.TryComplete();
        }
    }

    private static void Send(ChannelWriter<FetchJob> jobs, FetchJob job, CancellationToken cancellationToken)
    {
        if (!jobs.TryWrite(job))
        {
            jobs.WriteAsync(job, cancellationToken).AsTask().GetAwaiter().GetResult();
        }
    }

    private async Task FetchAsync(ChannelReader<FetchJob> jobs, CancellationToken cancellationToken)
    {
        using var checker = new BlockChecker(archive);
        var buffer = GC.AllocateUninitializedArray<byte>(LargestRequest + ArchiveFormat.LargestStoredBlock);
        await foreach (var job in jobs.ReadAllAsync(cancellationToken))
        {
            var stored = buffer.AsMemory(0, job.Length);
            PatchSet patches;
            try
            {
                await archive.Store.ReadAsync(archive.Packs[job.Pack].Key, job.Offset, stored, cancellationToken);
                patches = await PatchSet.FetchAsync(archive, job.Blocks, cancellationToken);
            }
            catch (StorageException error) when (error.Failure == StorageFailure.NotFound)
            {
                var place = job.Blocks[0].Place;
                throw checker.Damaged(place, place.Frame, "it is no longer there", error);
            }

            fetched(job.Length);
            foreach (var wanted in job.Blocks)
            {
                var block = wanted.Place.Block;
                take(wanted, checker.Open(wanted.Place, stored.Slice((int)(block.Offset - job.Offset), block.Length), patches.Find));
            }
        }
    }
}
