using BackupOperator.Api.Runs;

namespace BackupOperator.Api.Tests.Runs;

public sealed class QuiesceMarkTests
{
    private static readonly QuiesceMark Mark = new()
    {
        Run = "u1",
        Kind = "MySqlRestore",
        Name = "back",
        Pod = "p",
        Replicas = 3,
        Since = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Deadline = new DateTimeOffset(2025, 1, 1, 0, 30, 0, TimeSpan.Zero),
        Swapping = true,
    };

    [Fact]
    public void A_mark_can_be_read_again() => QuiesceMark.Parse(Mark.ToAnnotation()).ShouldBe(Mark);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("""{"run":"u1"}""")]
    [InlineData("""{"run":"u1","kind":"MySqlBackup","name":"n","pod":"p","replicas":"many","since":"x","deadline":"y"}""")]
    public void What_is_no_mark_is_none(string? annotation) => QuiesceMark.Parse(annotation).ShouldBeNull();
}
