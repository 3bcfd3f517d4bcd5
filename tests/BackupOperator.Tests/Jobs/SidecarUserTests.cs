using BackupOperator.Jobs;
using BackupOperator.Targets;

namespace BackupOperator.Tests.Jobs;

public sealed class SidecarUserTests
{
    [Theory]
    [InlineData("mysql:9.7", 999, 999)]
    [InlineData("docker.io/library/mariadb:10.11@sha256:00", 999, 999)]
    [InlineData("localhost:5000/mysql", 999, 999)]
    [InlineData("percona/percona-server:8.0", 1001, 1001)]
    [InlineData("docker.io/bitnami/mysql:8.4", 1001, 0)]
    [InlineData("container-registry.oracle.com/mysql/community-server:9.1", 27, 27)]
    [InlineData("quay.io/sclorg/mysql-80-c9s", 27, 27)]
    public void A_well_known_image_says_whose_the_data_is(string image, long user, long group)
    {
        var found = SidecarUser.Choose(Target(image), pod: null, options: null);
        (found.Uid, found.Gid).ShouldBe((user, group));
        found.Because!.ShouldContain(image);
    }

    [Fact]
    public void Of_an_unknown_image_the_most_frequent_user_is_tried_first()
    {
        var found = SidecarUser.Choose(Target("shop/database:1"), pod: null, options: null);
        found.Uid.ShouldBe(999);
        found.Because!.ShouldContain("not known");
    }

    [Fact]
    public void What_the_StatefulSet_says_counts_for_more_than_its_image()
    {
        var target = Target("mysql:9.7");
        target.StatefulSet.Spec!.Template!.Spec!.SecurityContext = new V1PodSecurityContext { RunAsUser = 5000, RunAsGroup = 6000 };
        SidecarUser.Choose(target, pod: null, options: null).ShouldSatisfyAllConditions(u => u.Uid.ShouldBe(5000), u => u.Gid.ShouldBe(6000));
    }

    [Fact]
    public void What_was_admitted_counts_for_more_than_what_was_asked_for()
    {
        var pod = new V1Pod { Spec = new V1PodSpec { Containers = [new V1Container { Name = "mysql", SecurityContext = new V1SecurityContext { RunAsUser = 1000660000 } }] } };
        SidecarUser.Choose(Target("mysql:9.7"), pod, options: null).Uid.ShouldBe(1000660000);
    }

    [Fact]
    public void Root_is_where_an_image_begins_and_not_what_its_server_runs_as()
    {
        var target = Target("mysql:9.7");
        target.StatefulSet.Spec!.Template!.Spec!.SecurityContext = new V1PodSecurityContext { RunAsUser = 0 };
        SidecarUser.Choose(target, pod: null, options: null).Uid.ShouldBe(999);
    }

    [Fact]
    public void Whoever_names_a_user_gets_it() => SidecarUser
        .Choose(Target("mysql:9.7"), pod: null, new JobOptions { PodSecurityContext = new V1PodSecurityContext { RunAsUser = 0 } }).Uid.ShouldBe(0);

    private static ResolvedTarget Target(string image)
    {
        var set = Samples.StatefulSet();
        set.Spec!.Template!.Spec!.Containers![0].Image = image;
        return TargetResolver.Resolve(new DatabaseTarget { StatefulSet = "db" }, set, Samples.Namespace).Value!;
    }
}
