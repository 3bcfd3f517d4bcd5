using BackupOperator.Targets;

namespace BackupOperator.Tests.Targets;

public sealed class TargetResolverTests
{
    private static readonly DatabaseTarget Target = new() { StatefulSet = "db" };

    [Fact]
    public void The_claim_is_found_from_the_mount_of_the_data_directory()
    {
        var target = Resolve(Target, Samples.StatefulSet()).Value!;

        target.Claim.ShouldBe("data-db-0");
        target.Pod.ShouldBe("db-0");
        target.Container.Name.ShouldBe("mysql");
        target.DataSubdirectory.ShouldBe("");
    }

    [Theory]
    [InlineData("/var/lib/mysql/", "/var/lib/mysql", "")]
    [InlineData("/var/lib/mysql/data", "/var/lib/mysql", "data")]
    [InlineData("/bitnami/mysql/data", "/bitnami", "mysql/data")]
    public void A_data_directory_may_lie_below_its_mount(string directory, string mount, string below)
    {
        var set = Samples.StatefulSet();
        set.Spec!.Template!.Spec!.Containers![0].VolumeMounts![0].MountPath = mount;

        Resolve(new DatabaseTarget { StatefulSet = "db", DataDirectory = directory }, set).Value!.DataSubdirectory.ShouldBe(below);
    }

    [Fact]
    public void The_deepest_mount_wins_and_a_neighbour_of_the_same_beginning_does_not()
    {
        var set = Samples.StatefulSet();
        set.Spec!.Template!.Spec!.Containers![0].VolumeMounts =
        [
            new V1VolumeMount { Name = "all", MountPath = "/var/lib" },
            new V1VolumeMount { Name = "data", MountPath = "/var/lib/mysql", SubPath = "inner" },
            new V1VolumeMount { Name = "all", MountPath = "/var/lib/mysql-files" },
        ];

        var target = Resolve(Target, set).Value!;
        target.Claim.ShouldBe("data-db-0");
        target.SubPath.ShouldBe("inner");
    }

    [Theory]
    [InlineData("undo", "/var/lib/mysql/undo", true)]
    [InlineData("data", "/var/lib/mysql/binlog", true)]
    [InlineData("certificates", "/var/lib/mysql/ssl", false)]
    [InlineData("undo", "/var/lib/mysql-undo", false)]
    public void A_claim_that_is_mounted_below_the_data_directory_would_be_missing(string volume, string path, bool refused)
    {
        var set = Samples.StatefulSet();
        set.Spec!.VolumeClaimTemplates!.Add(new V1PersistentVolumeClaim { Metadata = new V1ObjectMeta { Name = "undo" } });
        set.Spec.Template!.Spec!.Containers![0].VolumeMounts!.Add(new V1VolumeMount { Name = volume, MountPath = path });

        var finding = Resolve(Target, set).Finding;
        finding?.Message.ShouldContain($"{path} ({volume})");
        (finding is not null).ShouldBe(refused);
    }

    [Fact]
    public void Ordinals_may_start_anywhere()
    {
        var set = Samples.StatefulSet(replicas: 2);
        set.Spec!.Ordinals = new V1StatefulSetOrdinals { Start = 5 };

        Resolve(Target, set).Value!.Pod.ShouldBe("db-5");
        Resolve(new DatabaseTarget { StatefulSet = "db", Ordinal = 6 }, set).Value!.Claim.ShouldBe("data-db-6");
        Resolve(new DatabaseTarget { StatefulSet = "db", Ordinal = 7 }, set).Finding!.Message.ShouldContain("from 5 to 6");
    }

    [Fact]
    public void A_claim_of_the_template_itself_is_found_too()
    {
        var set = Samples.StatefulSet();
        set.Spec!.VolumeClaimTemplates = null;
        set.Spec.Template!.Spec!.Volumes = [new V1Volume { Name = "data", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "mine" } }];

        Resolve(Target, set).Value!.Claim.ShouldBe("mine");
    }

    [Fact]
    public void A_missing_set_is_waited_for() => Resolve(Target, null).Finding!.ShouldSatisfyAllConditions(
        f => f.Final.ShouldBeFalse(), f => f.Reason.ShouldBe(FailureReason.TargetNotFound), f => f.Message.ShouldContain("StatefulSet db"));

    [Fact]
    public void A_set_that_deletes_its_claims_with_a_scale_down_is_never_scaled_down()
    {
        var set = Samples.StatefulSet();
        set.Spec!.PersistentVolumeClaimRetentionPolicy = new V1PersistentVolumeClaimRetentionPolicy { WhenScaled = "Delete" };

        Resolve(Target, set).Finding!.ShouldSatisfyAllConditions(f => f.Final.ShouldBeTrue(), f => f.Message.ShouldContain("Retain"));
    }

    [Theory]
    [InlineData("/data", null, null, "/var/lib/mysql (data)")]
    [InlineData("/var/lib/mysql", "sql", null, "has no container sql; it has mysql")]
    [InlineData("/var/lib/mysql", null, "other", "No volume other")]
    public void What_does_not_fit_is_told_with_what_is_there(string directory, string? container, string? claim, string words) =>
        Resolve(new DatabaseTarget { StatefulSet = "db", DataDirectory = directory, Container = container, DataClaim = claim }, Samples.StatefulSet())
            .Finding!.ShouldSatisfyAllConditions(f => f.Final.ShouldBeTrue(), f => f.Message.ShouldContain(words));

    [Fact]
    public void Data_on_no_claim_is_refused()
    {
        var set = Samples.StatefulSet();
        set.Spec!.VolumeClaimTemplates = null;
        set.Spec.Template!.Spec!.Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }];

        Resolve(Target, set).Finding!.Message.ShouldContain("no PersistentVolumeClaim");
    }

    internal static Resolution<ResolvedTarget> Resolve(DatabaseTarget target, V1StatefulSet? set) => TargetResolver.Resolve(target, set, Samples.Namespace);
}
