using BackupOperator.Api.Entities;
using BackupOperator.Archive.Writing;
using BackupOperator.Sidecar.Reporting;
using BackupOperator.TestSupport.Time;

namespace BackupOperator.Sidecar.Tests.Reporting;

public sealed class ProgressTrackerTests
{
    [Fact]
    public void Percent_speed_and_time_left_follow_from_the_bytes()
    {
        var sink = new Sink();
        var time = new FakeTimeProvider();
        var tracker = new ProgressTracker(sink, time);
        for (var second = 1; second <= 20; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            tracker.Report(new ArchiveProgress(second * 10, 1000, second, 100, second * 5));
        }

        sink.Last!.Percent.ShouldBe(20);
        sink.Last.BytesPerSecond.ShouldBe(10);
        sink.Last.EtaSeconds.ShouldBe(80);
        (sink.Last.FilesDone, sink.Last.FilesTotal, sink.Last.BytesUploaded).ShouldBe((20, 100, 100));
    }

    [Fact]
    public void Before_a_speed_is_known_none_is_told()
    {
        var sink = new Sink();
        new ProgressTracker(sink, new FakeTimeProvider()).Report(new ArchiveProgress(0, 0, 0, 0, 0));
        (sink.Last!.Percent, sink.Last.BytesPerSecond, sink.Last.EtaSeconds).ShouldBe((0, null, null));
    }

    private sealed class Sink : IProgressSink
    {
        public RunProgress? Last { get; private set; }

        public void Progress(RunProgress progress) => Last = progress;
    }
}
