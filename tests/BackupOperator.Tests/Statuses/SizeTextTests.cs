using BackupOperator.Core.Sizes;

namespace BackupOperator.Tests.Statuses;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(512, "512")]
    [InlineData(1024, "1Ki")]
    [InlineData(1_632_087_572, "1.52Gi")]
    [InlineData(350L << 20, "350Mi")]
    [InlineData(12_900_000_000_000, "11.7Ti")]
    [InlineData(long.MaxValue, "8Ei")]
    public void Sizes_are_short_and_still_quantities(long bytes, string text)
    {
        SizeText.Format(bytes).ShouldBe(text);
        ResourceQuantity.TryParse(text, out _).ShouldBeTrue();
    }
}
