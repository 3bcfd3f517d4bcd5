using BackupOperator.Targets;

namespace BackupOperator.Tests.Targets;

public sealed class ReturnChecksTests
{
    private static readonly V1Pod Ready = Pod("True");
    private static readonly V1Pod Broken = Pod("False");

    [Theory]
    [InlineData(3, 3, 3, false)]
    [InlineData(3, 3, 2, true)]
    [InlineData(3, 2, 2, true)]
    [InlineData(3, 3, 0, false)]
    [InlineData(1, 1, 0, false)]
    public void A_backup_does_not_stop_those_that_serve_beside_one_that_is_broken(int replicas, int created, int ready, bool waits)
    {
        foreach (var scope in Enum.GetValues<ColdScope>())
        {
            var finding = ReturnChecks.Find(Samples.Backup(), Target(replicas, created, ready) with { Scope = new ScopeChoice(scope) }, Ready);

            finding?.Reason.ShouldBe(RunReason.ReplicasNotReady);
            finding?.Final.ShouldBeFalse();
            finding?.Message.ShouldSatisfyAllConditions(m => m.ShouldContain($"{ready} of the {replicas} pods of StatefulSet db"), m => m.ShouldContain("priority: Emergency"));
            (finding is not null).ShouldBe(waits);
        }
    }

    [Fact]
    public void Pods_that_do_not_wait_for_one_another_come_back_without_the_broken_one()
    {
        var target = Target(3, 3, 2);
        target.StatefulSet.Spec!.PodManagementPolicy = "Parallel";
        ReturnChecks.Find(Samples.Backup(), target, Ready).ShouldBeNull();
    }

    [Theory]
    [InlineData(3, 2, "False", false)]
    [InlineData(3, 2, "True", true)]
    [InlineData(3, 1, "False", true)]
    [InlineData(2, 1, "False", false)]
    [InlineData(2, 2, null, false)]
    [InlineData(2, 1, null, true)]
    public void A_restore_waits_for_no_pod_but_others_than_its_own(int created, int ready, string? own, bool waits) =>
        (ReturnChecks.Find(Samples.Restore(), Target(3, created, ready), own is null ? null : Pod(own))?.Reason).ShouldBe(waits ? RunReason.ReplicasNotReady : null);

    [Theory]
    [InlineData(3, 3, null, null, false)]
    [InlineData(3, 2, null, null, true)]
    [InlineData(3, null, "OnDelete", null, true)]
    [InlineData(1, 0, "OnDelete", null, true)]
    [InlineData(3, 0, "OnDelete", 3, true)]
    [InlineData(3, 1, "RollingUpdate", 2, false)]
    [InlineData(3, 0, "RollingUpdate", 2, true)]
    [InlineData(3, 0, null, 9, false)]
    public void Nobody_performs_a_rollout_by_the_way(int replicas, int? updated, string? strategy, int? partition, bool waits)
    {
        var target = Target(replicas, replicas, replicas);
        target.StatefulSet.Status!.UpdatedReplicas = updated;
        target.StatefulSet.Spec!.UpdateStrategy = strategy is null && partition is null
            ? null
            : new V1StatefulSetUpdateStrategy { Type = strategy, RollingUpdate = partition is null ? null : new V1RollingUpdateStatefulSetStrategy { Partition = partition } };
        foreach (IRunEntity run in (IRunEntity[])[Samples.Backup(), Samples.Restore()])
        {
            var finding = ReturnChecks.Find(run, target, Ready);

            finding?.Reason.ShouldBe(RunReason.RolloutIncomplete);
            finding?.Message.ShouldSatisfyAllConditions(
                m => m.ShouldContain($"{updated ?? 0} of its {replicas} pods are of revision db-2"), m => m.ShouldContain("rollout status statefulset/db"), m => m.ShouldContain("Emergency"));
            (finding is not null).ShouldBe(waits);
        }
    }

    [Fact]
    public void Revisions_are_not_compared_which_never_meet_with_OnDelete()
    {
        var target = Target(1, 1, 1);
        (target.StatefulSet.Spec!.UpdateStrategy, target.StatefulSet.Status!.CurrentRevision) = (new V1StatefulSetUpdateStrategy { Type = "OnDelete" }, "db-1");
        ReturnChecks.Find(Samples.Backup(), target, Ready).ShouldBeNull();
    }

    [Fact]
    public void A_change_that_nobody_has_looked_at_yet_is_a_rollout()
    {
        var target = Target(1, 1, 1);
        target.StatefulSet.Metadata.Generation = 3;
        ReturnChecks.Find(Samples.Backup(), target, Ready)!.Message.ShouldContain("has not taken up its last change");
    }

    [Fact]
    public void What_says_nothing_of_revisions_is_believed()
    {
        var target = Target(1, 1, 1);
        (target.StatefulSet.Status!.UpdateRevision, target.StatefulSet.Status.UpdatedReplicas) = (null, null);
        ReturnChecks.Find(Samples.Backup(), target, Ready).ShouldBeNull();
    }

    [Fact]
    public void A_pod_that_cannot_go_because_its_node_is_lost_is_no_rollout()
    {
        var target = Target(1, 1, 0);
        target.StatefulSet.Status!.UpdatedReplicas = 0;
        var lost = Pod("False");
        lost.Metadata.DeletionTimestamp = DateTimeOffset.UnixEpoch;
        ReturnChecks.Find(Samples.Restore(), target, lost).ShouldBeNull();
        ReturnChecks.Find(Samples.Restore(), target, Broken)!.Reason.ShouldBe(RunReason.RolloutIncomplete);
    }

    [Fact]
    public void An_emergency_waits_for_nothing()
    {
        var target = Target(3, 3, 1);
        target.StatefulSet.Status!.UpdatedReplicas = 0;
        var (backup, restore) = (Samples.Backup(), Samples.Restore());
        (backup.Spec.Priority, restore.Spec.Priority) = (RunPriority.Emergency, RunPriority.Emergency);

        ReturnChecks.Find(backup, target, Ready).ShouldBeNull();
        ReturnChecks.Find(restore, target, Ready).ShouldBeNull();
    }

    private static ResolvedTarget Target(int replicas, int created, int ready)
    {
        var set = Samples.StatefulSet(replicas);
        set.Metadata.Generation = 2;
        set.Status = new V1StatefulSetStatus { ObservedGeneration = 2, UpdateRevision = "db-2", Replicas = created, ReadyReplicas = ready, UpdatedReplicas = created };
        return TargetResolver.Resolve(Samples.Backup().Spec.Target, set, Samples.Namespace).Value!;
    }

    private static V1Pod Pod(string ready) => new()
    {
        Metadata = new V1ObjectMeta { Name = "db-0" },
        Status = new V1PodStatus { Conditions = [new V1Condition { Type = "Ready", Status = ready }] },
    };
}
