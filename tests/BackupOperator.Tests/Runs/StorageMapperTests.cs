using BackupOperator.Runs;

namespace BackupOperator.Tests.Runs;

public sealed class StorageMapperTests
{
    [Fact]
    public void A_bucket_is_handed_over_without_any_secret()
    {
        var s3 = StorageMapper.Map(Samples.S3()).S3!;

        s3.Prefix.ShouldBe("prod");
        s3.PartSize.ShouldBe(32 << 20);
        s3.HasCredentials.ShouldBeTrue();
        s3.HasCa.ShouldBeTrue();
    }

    [Fact]
    public void A_part_has_a_default_size() =>
        StorageMapper.Map(new StorageSpec { S3 = new S3StorageSpec { Bucket = "b" } }).S3!.PartSize.ShouldBe(16 << 20);

    [Fact]
    public void Places_are_told_as_people_write_them()
    {
        StorageMapper.Location(Samples.S3(), "a/b").ShouldBe("s3://backups/prod/a/b");
        StorageMapper.Location(new StorageSpec { Volume = new VolumeStorageSpec { ClaimName = "c", Path = "p" } }, "a").ShouldBe("c:/p/a");
    }

    [Fact]
    public void No_storage_is_neither() => StorageMapper.Map(null).ShouldBe(new RunStorage());
}
