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

    [Theory]
    [InlineData("source", "replica", "ON", "1", "1", "ON", "commits in pod db-0 wait for 1 semi-synchronous replica, and it is one of 1 that acknowledge")]
    [InlineData("source", "replica", "ON", "2", "2", "ON", "wait for 2 semi-synchronous replicas, and it is one of 2")]
    [InlineData("master", "slave", "ON", "1", null, "ON", "wait for 1 semi-synchronous replica")]
    [InlineData("source", "replica", "ON", "2", "1", "ON", null)]
    [InlineData("source", "replica", "OFF", "1", "1", "ON", null)]
    [InlineData("source", "replica", "ON", "1", "1", "OFF", null)]
    public async Task A_last_replica_that_commits_wait_for_may_not_be_stopped(
        string source, string replica, string status, string clients, string? needed, string acknowledges, string? why)
    {
        await using var scene = await ReplicaScene.StartAsync();
        await using var first = new FakeReplica(ReplicaScene.Address(0), scene.Port)
        {
            Variables = { [$"Rpl_semi_sync_{source}_status"] = status, [$"Rpl_semi_sync_{source}_clients"] = clients },
        };
        if (needed is not null)
        {
            first.Variables[$"rpl_semi_sync_{source}_wait_for_{replica}_count"] = needed;
        }

        await using var last = new FakeReplica(ReplicaScene.Address(1), scene.Port)
        {
            ServerId = 2,
            Source = 1,
            Variables = { [$"Rpl_semi_sync_{replica}_status"] = acknowledges },
        };
        var found = await scene.AskLastAsync();
        (found?.Message.Contains(why ?? "?", StringComparison.Ordinal), found?.IsSource).ShouldBe(why is null ? (null, null) : (true, false), found?.Message);
    }

    [Fact]
    public async Task What_waits_in_a_server_that_is_nobodys_source_does_not_matter()
    {
        await using var scene = await ReplicaScene.StartAsync(replicas: 3);
        await using var first = new FakeReplica(ReplicaScene.Address(0), scene.Port) { Variables = { ["Rpl_semi_sync_source_status"] = "ON", ["Rpl_semi_sync_source_clients"] = "2" } };
        await using var second = new FakeReplica(ReplicaScene.Address(1), scene.Port)
        {
            ServerId = 2,
            Source = 1,
            Variables = { ["Rpl_semi_sync_source_status"] = "ON", ["Rpl_semi_sync_source_clients"] = "0" },
        };
        await using var last = new FakeReplica(ReplicaScene.Address(2), scene.Port) { ServerId = 3, Source = 1, Variables = { ["Rpl_semi_sync_replica_status"] = "ON" } };
        (await scene.AskLastAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("group_replication_group_name", "00000000-0000-0000-0000-000000000001")]
    [InlineData("wsrep_on", "ON")]
    public async Task A_member_of_a_group_is_no_replica_whatever_it_receives_beside(string variable, string value)
    {
        await using var scene = await ReplicaScene.StartAsync();
        await using var first = new FakeReplica(ReplicaScene.Address(0), scene.Port);
        await using var last = new FakeReplica(ReplicaScene.Address(1), scene.Port)
        {
            ServerId = 2,
            Source = 1,
            Lag = 0,
            Variables = { [variable] = value, ["wsrep_provider"] = "/usr/lib/galera/libgalera_smm.so" },
        };
        Unfit(await scene.AskLastAsync()).Message.ShouldContain("member of a replication group");
    }

    [Fact]
    public async Task A_member_of_a_group_has_current_data_although_its_channel_from_elsewhere_rests()
    {
        await using var scene = await ReplicaScene.StartAsync();
        await using var first = new FakeReplica(ReplicaScene.Address(0), scene.Port)
        {
            Source = 9,
            Receives = false,
            Variables = { ["group_replication_group_name"] = "00000000-0000-0000-0000-000000000001" },
        };
        (await scene.AskAllAsync()).ShouldBeNull();
    }

    private static RunException Unfit(RunException? found)
    {
        found.ShouldNotBeNull().Reason.ShouldBe(FailureReason.ReplicaUnfit);
        return found;
    }
}
