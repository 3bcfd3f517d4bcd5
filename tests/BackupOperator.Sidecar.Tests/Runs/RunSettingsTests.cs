using BackupOperator.Sidecar.Runs;

namespace BackupOperator.Sidecar.Tests.Runs;

public sealed class RunSettingsTests
{
    private readonly RunSettings _settings = new() { PodName = "backup-0" };

    [Theory]
    [InlineData(0, 50)]
    [InlineData(400, 50)]
    [InlineData(800, 100)]
    [InlineData(3_200, 400)]
    [InlineData(4_000, 500)]
    [InlineData(600_000, 500)]
    public void While_MySQL_is_down_a_look_comes_late_by_an_eighth_at_most(int waited, int pause) =>
        _settings.PauseAfter(TimeSpan.FromMilliseconds(waited)).ShouldBe(TimeSpan.FromMilliseconds(pause));

    [Fact]
    public void A_poll_interval_below_the_shortest_pause_counts() =>
        (_settings with { PollInterval = TimeSpan.FromMilliseconds(20) }).PauseAfter(TimeSpan.FromMinutes(1)).ShouldBe(TimeSpan.FromMilliseconds(20));
}
