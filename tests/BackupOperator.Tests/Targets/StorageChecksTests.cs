using BackupOperator.Targets;

namespace BackupOperator.Tests.Targets;

public sealed class StorageChecksTests
{
    [Fact]
    public void Storages_in_different_places_are_fine()
    {
        var spec = Samples.Backup().Spec;
        spec.Copies = [Samples.S3(), Volume("backups", "second"), Volume("nfs", null), Samples.S3()];
        spec.Copies[3].S3!.Prefix = "other";

        StorageChecks.Check(NamedStorage.Of(spec)).ShouldBeNull();
    }

    [Fact]
    public void The_same_place_said_otherwise_is_no_copy()
    {
        var spec = Samples.Backup().Spec;
        spec.Copies = [Samples.S3(), Samples.S3()];
        spec.Copies[1].S3!.Prefix = "prod";
        spec.Copies[1].S3!.Endpoint = "https://S3.example.org/";
        spec.Copies[1].S3!.Concurrency = 9;

        StorageChecks.Check(NamedStorage.Of(spec)).ShouldNotBeNull().Message.ShouldStartWith("copies[1] is the same place as copies[0]");

        spec.Copies = [Volume("backups", "/")];
        StorageChecks.Check(NamedStorage.Of(spec)).ShouldNotBeNull().Final.ShouldBeTrue();
    }

    [Theory]
    [InlineData("16Mi", "1Ki", "copies[0].s3.bandwidthLimit is 1Ki")]
    [InlineData("16Mi", "-1", "copies[0].s3.bandwidthLimit is -1")]
    [InlineData("1Mi", "1Mi", "copies[0].s3.partSize is 1Mi")]
    public void Numbers_that_cannot_be_are_refused(string part, string bandwidth, string words)
    {
        var spec = Samples.Backup().Spec;
        spec.Copies = [Samples.S3()];
        (spec.Copies[0].S3!.PartSize, spec.Copies[0].S3!.BandwidthLimit) = (part, bandwidth);

        StorageChecks.Check(NamedStorage.Of(spec)).ShouldNotBeNull().Message.ShouldStartWith(words);
    }

    [Theory]
    [InlineData(30, "COLD", 30, "FROZEN", "the days must rise")]
    [InlineData(30, "COLD", 60, "COLD", "names COLD twice")]
    [InlineData(30, "COLD", 60, "FROZEN", null)]
    public void Tiers_follow_one_another(int first, string firstClass, int second, string secondClass, string? words)
    {
        var spec = Samples.Backup().Spec;
        spec.Copies = [Samples.S3()];
        spec.Copies[0].S3!.Tiers = [new() { AfterDays = first, StorageClass = firstClass }, new() { AfterDays = second, StorageClass = secondClass }];

        var finding = StorageChecks.Check(NamedStorage.Of(spec));
        finding?.Message.ShouldStartWith("copies[0].s3.tiers");
        (finding?.Message.EndsWith(words!, StringComparison.Ordinal)).ShouldBe(words is null ? null : true);
    }

    private static StorageSpec Volume(string claim, string? path) => new() { Volume = new VolumeStorageSpec { ClaimName = claim, Path = path } };
}
