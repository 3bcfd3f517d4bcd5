using System.Text;
using BackupOperator.Http;
using BackupOperator.Metrics.Exposition;

namespace BackupOperator.Metrics;

/// <summary>What <c>/metrics</c> answers. Scrapes within a second share one text: a crowd of them costs no more than one.</summary>
internal sealed class MetricsEndpoint(MetricRegistry registry, OperatorMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private HttpReply? last;
    private long writtenAt;

    public HttpReply Get()
    {
        lock (gate)
        {
            if (last is null || time.GetElapsedTime(writtenAt) >= Fresh)
            {
                last = new HttpReply(200, Write(), PrometheusText.ContentType);
                writtenAt = time.GetTimestamp();
            }

            return last;
        }
    }

    private ReadOnlyMemory<byte> Write()
    {
        metrics.Targets.Refresh();
        registry.Remove(metrics.Targets.IsGone);
        var bytes = new MemoryStream();
        using (var text = new StreamWriter(bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true))
        {
            registry.Write(text);
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
