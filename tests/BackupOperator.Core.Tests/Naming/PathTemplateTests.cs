using BackupOperator.Core.Naming;

namespace BackupOperator.Core.Tests.Naming;

public sealed class PathTemplateTests
{
    private static readonly PathValues Values = new(
        "shop", "nightly", "db", "Full", "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed", "mariadb-10.11.6",
        new DateTimeOffset(2025, 3, 4, 5, 6, 7, TimeSpan.Zero));

    [Theory]
    [InlineData(PathTemplate.Default, "shop/db/20250304T050607Z-full-1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")]
    [InlineData("{name}/{date:yyyy-MM-dd}/{uid}", "nightly/2025-03-04/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")]
    [InlineData("{server}/{uid}/", "mariadb-10.11.6/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")]
    [InlineData("{schedule}/{uid}", "manual/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")]
    [InlineData("{date:d}-{uid}", "4-1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")]
    [InlineData("{date:HH:mm}-{uid}", "05-06-1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")]
    public void Fills_in_what_it_knows(string template, string path) => PathTemplate.Expand(template, Values).ShouldBe(path);

    [Theory]
    [InlineData("{name}", "{uid}")]
    [InlineData("{uid}/{nonsense}", "{nonsense}")]
    [InlineData("{uid}/{name", "without its }")]
    [InlineData("../{uid}", "dots")]
    [InlineData("a//{uid}", "dots")]
    [InlineData("a b/{uid}", "letters")]
    public void Refuses_what_would_harm_and_says_why(string template, string words) =>
        Should.Throw<FormatException>(() => PathTemplate.Expand(template, Values)).Message.ShouldContain(words);

    [Fact]
    public void A_value_can_neither_leave_its_folder_nor_bring_odd_characters()
    {
        var values = Values with { Server = "../../x y\0é" };

        PathTemplate.Expand("a/{server}/{uid}", values with { Server = "x y\0é" }).ShouldStartWith("a/x-y--/");
        Should.Throw<FormatException>(() => PathTemplate.Expand("a/{server}/{uid}", values));
    }
}
