using System.Net;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>A body that goes from memory to the socket without a copy, at the pace that is allowed, and under a guard.</summary>
internal sealed class GuardedContent(ReadOnlyMemory<byte> content, BandwidthLimiter? limiter, StallGuard guard, TimeSpan answerWithin) : HttpContent
{
    private const int Slice = 256 << 10;

    protected override bool TryComputeLength(out long length)
    {
        length = content.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var size = Math.Min(Slice, limiter?.Slice ?? Slice);
        guard.Begin();
        for (var at = 0; at < content.Length; at += size)
        {
            var slice = content.Slice(at, Math.Min(size, content.Length - at));
            if (limiter is not null)
            {
                guard.Hold();
                await limiter.AcquireAsync(slice.Length, cancellationToken);
                guard.Begin();
            }

            await stream.WriteAsync(slice, cancellationToken);
            guard.Moved(slice.Length);
        }

        guard.Expect(answerWithin);
    }
}
