using BackupOperator.Sidecar.Failures;

namespace BackupOperator.Sidecar.Tests.Targets;

/// <summary>Which pod may be stopped for its data; the servers count their <c>server_id</c> from 1.</summary>
public sealed class ReplicaCheckTests
{
    [Fact]
    public async Task A_last_replica_that_keeps_up_may_be_stopped()
    {
        await using var scene = await ReplicaScene.StartAsync();
        await using var first = new FakeReplica(ReplicaScene.Address(0), scene.Port);
        await using var last = new FakeReplica(ReplicaScene.Address(1), scene.Port) { ServerId = 2, Source = 1 };
        (await scene.AskLastAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_last_pod_that_others_replicate_from_is_the_primary_whose_data_is_wanted()
    {
        await using var scene = await ReplicaScene.StartAsync();
        await using var first = new FakeReplica(ReplicaScene.Address(0), scene.Port) { Source = 2, Applies = false };
        await using var last = new FakeReplica(ReplicaScene.Address(1), scene.Port) { ServerId = 2 };

        Unfit(await scene.AskLastAsync()).ShouldSatisfyAllConditions(u => u.Message.ShouldContain("pod db-0 replicates from it, so it is the primary"), u => u.IsSource.ShouldBeTrue());
        (await scene.AskAllAsync(ordinal: 1)).ShouldBeNull();
    }

    [Fact]
    public async Task So_is_one_without_a_source_where_no_other_answers()
    {
        await using var scene = await ReplicaScene.StartAsync();
        await using var last = new FakeReplica(ReplicaScene.Address(1), scene.Port) { ServerId = 2 };
        Unfit(await scene.AskLastAsync()).ShouldSatisfyAllConditions(u => u.Message.ShouldContain("no other pod answers"), u => u.IsSource.ShouldBeTrue());
    }

    [Fact]
    public async Task One_that_nobody_has_told_its_source_yet_is_not()
    {
        await using var scene = await ReplicaScene.StartAsync();
        await using var first = new FakeReplica(ReplicaScene.Address(0), scene.Port);
        await using var last = new FakeReplica(ReplicaScene.Address(1), scene.Port) { ServerId = 2 };
        Unfit(await scene.AskLastAsync()).ShouldSatisfyAllConditions(u => u.Message.ShouldContain("replicates from nowhere"), u => u.IsSource.ShouldBeFalse());
    }

    [Theory]
    [InlineData(true, false, null, "applies nothing from its source db-2.db (Error_code: 1062)")]
    [InlineData(false, true, null, "receives nothing from its source db-2.db")]
    [InlineData(true, true, 604800, "604800 s behind its source db-2.db, and cold.maxReplicaLag is 60 s")]
    public async Task Where_all_stop_a_replica_with_old_data_is_not_archived(bool receives, bool applies, int? lag, string why)
    {
        await using var scene = await ReplicaScene.StartAsync();
        await using var first = new FakeReplica(ReplicaScene.Address(0), scene.Port) { Source = 2, Receives = receives, Applies = applies, Lag = lag };

        var unfit = Unfit(await scene.AskAllAsync());
        unfit.ExitCode.ShouldBe(ExitCode.ReplicaUnfit);
        unfit.IsSource.ShouldBeFalse();
        unfit.Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain("Pod db-0 has old data"), m => m.ShouldContain("data-db-0"), m => m.ShouldContain(why), m => m.ShouldContain("spec.target.ordinal"));
    }

    [Fact]
    public async Task Nothing_is_done_for_a_backup_of_old_data()
    {
        await using var scene = await ReplicaScene.StartAsync();
        await using var first = new FakeReplica(ReplicaScene.Address(0), scene.Port) { Source = 2, Applies = false };
        (await scene.BackUpAllAsync()).ShouldBe(ExitCode.ReplicaUnfit);
        var (calls, replicas) = await scene.LookAsync();
        calls.ShouldBeEmpty();
        replicas.ShouldBe(2);
    }

    [Theory]
    [InlineData(null, 0, false)]
    [InlineData(2, 60, false)]
    [InlineData(2, null, false)]
    [InlineData(2, 604800, true)]
    public async Task What_is_not_known_to_be_old_is(int? source, int? lag, bool isSecretive)
    {
        await using var scene = await ReplicaScene.StartAsync();
        await using var first = new FakeReplica(ReplicaScene.Address(0), scene.Port) { Source = source, Lag = lag, IsSecretive = isSecretive };
        (await scene.AskAllAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_pod_that_does_not_answer_is_archived_and_so_is_one_that_nobody_may_ask()
    {
        await using var scene = await ReplicaScene.StartAsync();
        (await scene.AskAllAsync()).ShouldBeNull();
        await using var first = new FakeReplica(ReplicaScene.Address(0), scene.Port) { Source = 2, Applies = false };
        (await scene.AskAllAsync(credentials: false)).ShouldBeNull();
    }

    private static RunException Unfit(RunException? found)
    {
        found.ShouldNotBeNull().Reason.ShouldBe(FailureReason.ReplicaUnfit);
        return found;
    }
}
