using BackupOperator.Core.Backups;

namespace BackupOperator.Core.Tests.Backups;

public sealed class ParentPlannerTests
{
    private static readonly DateTimeOffset Now = new(2025, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly BackupLineage Lineage = new("shop", "db", "data-db-0", "s3||backups|prod", Encrypted: false);

    [Fact]
    public void The_newest_comes_first() =>
        Choose(Backup("a", hours: 3), Backup("c", hours: 1), Backup("b", hours: 2)).ShouldBe(["c", "b", "a"]);

    [Fact]
    public void A_differential_backup_builds_on_full_ones_only() =>
        Choose(fullOnly: true, Backup("full", hours: 5), Backup("incremental", hours: 1) with { IsFull = false }).ShouldBe(["full"]);

    [Fact]
    public void An_incremental_backup_builds_on_any() =>
        Choose(Backup("full", hours: 5), Backup("incremental", hours: 1) with { IsFull = false }).ShouldBe(["incremental", "full"]);

    public static TheoryData<string> Unfit => new(Cases.Keys);

    private static readonly Dictionary<string, Func<KnownBackup, KnownBackup>> Cases = new(StringComparer.Ordinal)
    {
        ["itself"] = b => b with { Uid = "me" },
        ["one that has not ended well"] = b => b with { Completed = false },
        ["one that is being deleted"] = b => b with { Deleting = true },
        ["one of another namespace"] = b => b with { Lineage = Lineage with { Namespace = "other" } },
        ["one of another StatefulSet"] = b => b with { Lineage = Lineage with { StatefulSet = "other" } },
        ["one of another claim"] = b => b with { Lineage = Lineage with { Claim = "data-db-1" } },
        ["one in another storage"] = b => b with { Lineage = Lineage with { Storage = "s3||backups|test" } },
        ["one that is encrypted"] = b => b with { Lineage = Lineage with { Encrypted = true } },
        ["one whose target is not known"] = b => b with { Lineage = null },
        ["one without a digest"] = b => b with { ManifestDigest = null },
        ["one without a path"] = b => b with { Path = null },
        ["one without an id"] = b => b with { BackupId = null },
        ["one of an unknown time"] = b => b with { TakenAt = null },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void Does_not_count(string what) => Choose(Cases[what](Backup("x", hours: 1)), Backup("y", hours: 2)).ShouldBe(["y"]);

    [Fact]
    public void More_than_ten_are_not_offered() =>
        Choose([.. Enumerable.Range(1, 15).Select(i => Backup($"b{i}", hours: i))]).ShouldBe(Enumerable.Range(1, 10).Select(i => $"b{i}"));

    private static IEnumerable<string> Choose(params KnownBackup[] known) => Choose(fullOnly: false, known);

    private static IEnumerable<string> Choose(bool fullOnly, params KnownBackup[] known) =>
        ParentPlanner.Choose("me", Lineage, fullOnly, known).Select(b => b.Uid);

    private static KnownBackup Backup(string uid, int hours) => new()
    {
        Uid = uid,
        Lineage = Lineage,
        Completed = true,
        IsFull = true,
        TakenAt = Now.AddHours(-hours),
        BackupId = uid,
        Path = $"shop/db/{uid}",
        ManifestDigest = "sha256:00",
    };
}
