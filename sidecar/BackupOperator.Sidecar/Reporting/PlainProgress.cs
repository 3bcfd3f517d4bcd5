using BackupOperator.Api.Entities;

namespace BackupOperator.Sidecar.Reporting;

/// <summary>Lines, one every few seconds, for logs and pipes.</summary>
public sealed class PlainProgress(TextWriter writer, TimeProvider time) : IConsoleProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private long _last = time.GetTimestamp();
    private string _step = "";

    public void Step(string name)
    {
        lock (_gate)
        {
            _step = name;
            _last = time.GetTimestamp();
            writer.WriteLine(name);
        }
    }

    public void Progress(RunProgress progress)
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_last) < Interval)
            {
                return;
            }

            _last = time.GetTimestamp();
            writer.WriteLine($"{_step}: {Describe(progress)}");
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static string Describe(RunProgress progress) =>
        $"{progress.Percent ?? 0:0.0} % ({Sizes.Bytes(progress.BytesDone ?? 0)} of {Sizes.Bytes(progress.BytesTotal ?? 0)})"
        + (progress.BytesPerSecond is { } speed ? $", {Sizes.Bytes(speed)}/s" : "")
        + (progress.EtaSeconds is { } left ? $", {Sizes.Duration(TimeSpan.FromSeconds(left))} left" : "");
}
