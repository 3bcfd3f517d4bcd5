using BackupOperator.Targets;

namespace BackupOperator.Tests.Targets;

public sealed class ScopeChooserTests
{
    [Fact]
    public void Auto_takes_the_last_replica_where_that_is_possible()
    {
        var choice = ScopeChooser.Choose(Spec(ColdScope.Auto), Samples.StatefulSet(3), Pod("True")).Value!;
        choice.Scope.ShouldBe(ColdScope.LastReplica);
        choice.Because!.ShouldContain("db-2");
    }

    [Fact]
    public void Ordinals_that_do_not_begin_with_0_count()
    {
        var set = Samples.StatefulSet(3);
        set.Spec!.Ordinals = new V1StatefulSetOrdinals { Start = 5 };
        ScopeChooser.NameOfLast(set).ShouldBe("db-7");
        var target = TargetResolver.Resolve(Spec(ColdScope.Auto).Target, set, "shop", ScopeChooser.LastOrdinal(set)).Value!;
        (target.Pod, target.Claim).ShouldBe(("db-7", "data-db-7"));
    }

    [Theory]
    [InlineData(1, "True", null, true, "1 replica")]
    [InlineData(0, "True", null, true, "0 replicas")]
    [InlineData(3, "False", null, true, "not ready")]
    [InlineData(3, null, null, true, "not ready")]
    [InlineData(3, "True", 0, true, "spec.target.ordinal is 0")]
    [InlineData(3, "True", null, false, "secretRef")]
    public void What_speaks_against_it_is_said(int replicas, string? ready, int? ordinal, bool credentials, string why)
    {
        foreach (var scope in (ColdScope[])[ColdScope.Auto, ColdScope.LastReplica])
        {
            var spec = Spec(scope);
            spec.Target.Ordinal = ordinal;
            spec.Target.Connection = credentials ? spec.Target.Connection : null;
            var (choice, finding) = ScopeChooser.Choose(spec, Samples.StatefulSet(replicas), ready is null ? null : Pod(ready));
            choice?.Scope.ShouldBe(ColdScope.AllReplicas);
            (choice?.Because ?? finding!.Message).ShouldContain(why);
            (finding is null).ShouldBe(scope == ColdScope.Auto);
        }
    }

    [Fact]
    public void Pods_that_share_a_claim_cannot_be_told_apart()
    {
        var set = Samples.StatefulSet(3);
        set.Spec!.VolumeClaimTemplates = null;
        set.Spec.Template!.Spec!.Volumes = [new V1Volume { Name = "data", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "all" } }];
        ScopeChooser.Choose(Spec(ColdScope.Auto), set, Pod("True")).Value!.Because!.ShouldContain("share a claim");
    }

    private static V1Pod Pod(string ready) => new() { Status = new V1PodStatus { Conditions = [new V1Condition { Type = "Ready", Status = ready }] } };

    private static MySqlBackupSpec Spec(ColdScope scope) => new()
    {
        Target = new DatabaseTarget { StatefulSet = "db", Connection = new DatabaseConnection { SecretRef = new CredentialsReference { Name = "x" } } },
        Cold = new ColdBackupOptions { Scope = scope },
    };
}
