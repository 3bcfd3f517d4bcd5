using System.Text.Json.Nodes;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Tests.Scripted;

namespace BackupOperator.Tests.Controllers;

/// <summary>What the API server itself says to a spec that cannot be.</summary>
public sealed class SchemaTests(SchemaTests.Cluster shared) : IClassFixture<SchemaTests.Cluster>
{
    [Theory]
    [InlineData("""{"storage":{"volume":{"claimName":"c"}}}""", "target")]
    [InlineData("""{"target":{"statefulSet":"db"}}""", "storage")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{}}""", "exactly one of s3 and volume")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"},"s3":{"bucket":"bbb"}}}""", "exactly one of s3 and volume")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"type":"Schema"}""", "spec.type")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"method":"Snapshot"}""", "spec.method")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"cold":{"scope":"TwoReplicas"}}""", "spec.cold.scope")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"cold":{"maxDowntime":"half an hour"}}""", "spec.cold.maxDowntime")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"compression":{"level":20}}""", "spec.compression.level")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"naming":{"pathTemplate":"{name}"}}""", "{uid}")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c","path":"../up"}}}""", "spec.storage.volume.path")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"s3":{"bucket":"bbb","endpoint":"https://user:pass@s3"}}}""", "spec.storage.s3.endpoint")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"backoffLimit":11}""", "spec.backoffLimit")]
    [InlineData("""{"target":{"statefulSet":"db","connection":{"port":0}},"storage":{"volume":{"claimName":"c"}}}""", "spec.target.connection.port")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"encryption":{}}""", "secretRef")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"encryption":{"secretRef":{}}}""", "name")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"encryption":{"secretRef":{"name":"k","key":"../up"}}}""", "spec.encryption.secretRef.key")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"copies":[]}""", "spec.copies")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"copies":[{}]}""", "exactly one of s3 and volume")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"copies":[{"volume":{"claimName":"a"}},{"volume":{"claimName":"b"}},{"volume":{"claimName":"d"}},{"volume":{"claimName":"e"}},{"volume":{"claimName":"f"}}]}""", "spec.copies")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"copies":[{"volume":{"claimName":"a"}},{"volume":{"claimName":"a"}}]}""", "one storage twice")]
    [InlineData("""{"target":{"statefulSet":"db"},"storage":{"s3":{"bucket":"bbb","bandwidthLimit":"fast"}}}""", "spec.storage.s3.bandwidthLimit")]
    public async Task A_backup_that_cannot_be_is_refused_with_its_field(string spec, string words) =>
        (await RefusedAsync<MySqlBackup>(spec)).ShouldContain(words);

    [Theory]
    [InlineData("""{"target":{"statefulSet":"db"},"source":{}}""", "exactly one of backup, location and latest")]
    [InlineData("""{"target":{"statefulSet":"db"},"source":{"backup":"a","latest":{"statefulSet":"db"}}}""", "exactly one of backup, location and latest")]
    [InlineData("""{"target":{"statefulSet":"db"},"source":{"location":{"storage":{"volume":{"claimName":"c"}},"path":"../../etc"}}}""", "spec.source.location.path")]
    [InlineData("""{"target":{"statefulSet":"db"},"source":{"backup":"a"},"into":"NewClaim"}""", "spec.into")]
    [InlineData("""{"target":{"statefulSet":"db"},"source":{"backup":"a"},"delta":"yes"}""", "spec.delta")]
    [InlineData("""{"target":{"statefulSet":"db"},"source":{"backup":"a"},"encryption":{"secretRef":{"name":""}}}""", "spec.encryption.secretRef.name")]
    public async Task A_restore_that_cannot_be_is_refused_with_its_field(string spec, string words) =>
        (await RefusedAsync<MySqlRestore>(spec)).ShouldContain(words);

    [Theory]
    [InlineData("0 25 * * * *")]
    [InlineData("0 0 * *")]
    [InlineData("@reboot")]
    [InlineData("@every 90s")]
    [InlineData("TZ=UTC 0 0 * * *")]
    [InlineData("jan * * * *")]
    public async Task What_does_not_look_like_a_schedule_is_refused(string schedule) =>
        (await RefusedAsync(new JsonObject { ["schedule"] = schedule })).ShouldContain("spec.schedule");

    [Theory]
    [InlineData("0 0 * * *")]
    [InlineData("*/15 0-6,22/1 ? jan-mar MON,5")]
    [InlineData("@weekly")]
    [InlineData("@every 1h30m")]
    public async Task A_schedule_is_taken(string schedule)
    {
        var created = await shared.Value.Client.CreateAsync(RawScheduleOf(new JsonObject { ["schedule"] = schedule }));

        // All of a template can be changed, although a backup's spec cannot.
        var patch = KubernetesPatch.Merge(JsonNode.Parse("""{"spec":{"template":{"spec":{"type":"Incremental","storage":{"volume":{"claimName":"d"}},"job":{"image":"x"}}}}}""")!);
        (await shared.Value.Client.PatchAsync<MySqlBackupSchedule>(created.Metadata.Name!, Samples.Namespace, patch)).Spec.Template.Spec.Storage.Volume!.ClaimName.ShouldBe("d");
    }

    [Theory]
    [InlineData("""{"timeZone":"Local"}""", "spec.timeZone")]
    [InlineData("""{"timeZone":"../etc/passwd"}""", "spec.timeZone")]
    [InlineData("""{"windows":[{"from":"24:00","to":"01:00"}]}""", "spec.windows[0].from")]
    [InlineData("""{"windows":[{"from":"22:00","to":"01:00","days":["Someday"]}]}""", "spec.windows[0].days[0]")]
    [InlineData("""{"concurrencyPolicy":"Never"}""", "spec.concurrencyPolicy")]
    [InlineData("""{"startingDeadlineSeconds":5}""", "spec.startingDeadlineSeconds")]
    [InlineData("""{"template":{"spec":{"target":{"statefulSet":"db"},"storage":{"volume":{"claimName":"c"}},"cancel":true}}}""", "set spec.suspend")]
    [InlineData("""{"template":{"spec":{"target":{"statefulSet":"db"}}}}""", "spec.template.spec.storage")]
    public async Task A_schedule_that_cannot_be_is_refused_with_its_field(string spec, string words) =>
        (await RefusedAsync(Node(spec))).ShouldContain(words);

    [Fact]
    public async Task The_name_of_a_schedule_leaves_room_for_those_of_its_backups()
    {
        var schedule = RawScheduleOf([]);
        schedule.Metadata = new V1ObjectMeta { Name = new string('a', 53), Namespace = Samples.Namespace };
        (await Should.ThrowAsync<KubernetesApiException>(() => shared.Value.Client.CreateAsync(schedule))).Message.ShouldContain("52 characters");
    }

    [Fact]
    public async Task What_is_left_out_of_a_schedule_gets_the_defaults_of_the_code()
    {
        var raw = await shared.Value.Client.CreateAsync(RawScheduleOf([]));
        var created = (await shared.Value.Client.GetAsync<RawSchedule>(raw.Metadata.Name!, Samples.Namespace))!;
        var code = Samples.Schedule().Spec;
        code.Schedule = "@daily";
        code.Template.Spec.Target.StatefulSet = "nowhere";

        JsonNode.DeepEquals(created.Spec, KubernetesJson.ToNode(code)).ShouldBeTrue(created.Spec!.ToJsonString());
    }

    [Fact]
    public async Task What_is_left_out_gets_the_defaults_of_the_code()
    {
        var client = shared.Value.Client;
        var raw = await client.CreateAsync(new RawBackup { Metadata = Name(), Spec = Node("""{"target":{"statefulSet":"nowhere"},"storage":{"s3":{"bucket":"bbb","credentialsSecretRef":{"name":"n"}}}}""") });
        var created = (await client.GetAsync<RawBackup>(raw.Metadata.Name!, Samples.Namespace))!;
        var code = new MySqlBackupSpec
        {
            Target = new DatabaseTarget { StatefulSet = "nowhere" },
            Storage = new StorageSpec { S3 = new S3StorageSpec { Bucket = "bbb", CredentialsSecretRef = new S3CredentialsReference { Name = "n" } } },
        };

        JsonNode.DeepEquals(created.Spec, KubernetesJson.ToNode(code)).ShouldBeTrue(created.Spec!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"storage":{"volume":{"claimName":"other"}}}""", "storage is immutable")]
    [InlineData("""{"cold":{"precopy":false}}""", "cold is immutable")]
    [InlineData("""{"job":{"image":"x"}}""", "job is immutable")]
    [InlineData("""{"target":{"ordinal":1}}""", "target is immutable")]
    [InlineData("""{"backoffLimit":9}""", "backoffLimit is immutable")]
    [InlineData("""{"type":"Incremental"}""", "type is immutable")]
    [InlineData("""{"encryption":{"secretRef":{"name":"k"}}}""", "encryption is immutable")]
    [InlineData("""{"copies":[{"volume":{"claimName":"d"}}]}""", "copies is immutable")]
    public async Task A_spec_does_not_change(string change, string words)
    {
        var client = shared.Value.Client;
        var created = await client.CreateAsync(Parse("""{"target":{"statefulSet":"nowhere"},"storage":{"volume":{"claimName":"c"}}}"""));
        var patch = KubernetesPatch.Merge(new JsonObject { ["spec"] = JsonNode.Parse(change) });

        (await Should.ThrowAsync<KubernetesApiException>(() => client.PatchAsync<MySqlBackup>(created.Metadata.Name!, Samples.Namespace, patch)))
            .Message.ShouldContain(words);
    }

    [Theory]
    [InlineData("""{"type":"Differential"}""")]
    [InlineData("""{"copies":[{"volume":{"claimName":"c","path":"elsewhere"}},{"s3":{"bucket":"bbb","bandwidthLimit":"50Mi"}}]}""")]
    [InlineData("""{"encryption":{"secretRef":{"name":"keys"}}}""")]
    public async Task What_can_be_is_taken(string more)
    {
        var spec = Node("""{"target":{"statefulSet":"nowhere"},"storage":{"volume":{"claimName":"c"}}}""");
        foreach (var (name, value) in Node(more))
        {
            spec[name] = value?.DeepClone();
        }

        var created = await shared.Value.Client.CreateAsync(new RawBackup { Metadata = Name(), Spec = spec });

        var read = (await shared.Value.Client.GetAsync<MySqlBackup>(created.Metadata.Name!, Samples.Namespace))!.Spec;
        (read.Encryption?.SecretRef.Key ?? "key").ShouldBe("key", "the default of the schema");
        (read.Copies?[1].S3!.BandwidthLimit?.Value ?? 50 << 20).ShouldBe(50 << 20);
    }

    [Fact]
    public async Task Only_the_wish_to_cancel_can_be_added()
    {
        var client = shared.Value.Client;
        var created = await client.CreateAsync(Parse("""{"target":{"statefulSet":"nowhere"},"storage":{"volume":{"claimName":"c"}}}"""));
        var patch = KubernetesPatch.Merge(JsonNode.Parse("""{"spec":{"cancel":true}}""")!);

        (await client.PatchAsync<MySqlBackup>(created.Metadata.Name!, Samples.Namespace, patch)).Spec.Cancel.ShouldBeTrue();
    }

    // Sent as it is written: without the defaults that the C# types would add.
    private async Task<string> RefusedAsync<T>(string spec)
        where T : class, IKubernetesObject
    {
        Func<Task> create = typeof(T) == typeof(MySqlBackup)
            ? () => shared.Value.Client.CreateAsync(new RawBackup { Spec = Node(spec), Metadata = Name() })
            : () => shared.Value.Client.CreateAsync(new RawRestore { Spec = Node(spec), Metadata = Name() });
        return (await Should.ThrowAsync<KubernetesApiException>(create)).Message;
    }

    private async Task<string> RefusedAsync(JsonObject spec) =>
        (await Should.ThrowAsync<KubernetesApiException>(() => shared.Value.Client.CreateAsync(RawScheduleOf(spec)))).Message;

    private static RawSchedule RawScheduleOf(JsonObject more)
    {
        var spec = Node("""{"schedule":"@daily","template":{"spec":{"target":{"statefulSet":"nowhere"},"storage":{"volume":{"claimName":"backups"}}}}}""");
        foreach (var (name, value) in more)
        {
            spec[name] = value?.DeepClone();
        }

        return new RawSchedule { Metadata = Name(), Spec = spec };
    }

    private static V1ObjectMeta Name() => new() { GenerateName = "case-", Namespace = Samples.Namespace };

    private static JsonObject Node(string json) => JsonNode.Parse(json)!.AsObject();

    private static MySqlBackup Parse(string spec)
    {
        var entity = KubernetesJson.FromNode<MySqlBackup>(new JsonObject { ["spec"] = Node(spec) })!;
        entity.Metadata = Name();
        return entity;
    }

    [KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = MySqlBackup.KindName, PluralName = "mysqlbackups")]
    private sealed class RawBackup : KubernetesObject
    {
        public JsonObject? Spec { get; set; }
    }

    [KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = MySqlRestore.KindName, PluralName = "mysqlrestores")]
    private sealed class RawRestore : KubernetesObject
    {
        public JsonObject? Spec { get; set; }
    }

    [KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.Version, Kind = MySqlBackupSchedule.KindName, PluralName = "mysqlbackupschedules")]
    private sealed class RawSchedule : KubernetesObject
    {
        public JsonObject? Spec { get; set; }
    }

    public sealed class Cluster : IAsyncLifetime
    {
        internal ScriptedCluster Value { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Value = await ScriptedCluster.StartAsync(startOperator: false);

        public ValueTask DisposeAsync() => Value.DisposeAsync();
    }
}
