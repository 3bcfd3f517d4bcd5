using System.Text.Json.Nodes;
using BackupOperator.Backups;
using BackupOperator.Commands;
using BackupOperator.Jobs;
using BackupOperator.Kubernetes.Serialization;
using BackupOperator.Runs;
using BackupOperator.Targets;

namespace BackupOperator.Tests.Jobs;

/// <summary>Each case is a file in tests/golden/jobs; UPDATE_GOLDEN=1 writes them anew.</summary>
public sealed class JobTemplateTests
{
    [Fact]
    public void A_backup_to_a_volume() => Check("backup-volume", Samples.Backup(), Samples.StatefulSet(), JobPurpose.Run, node: "node-1");

    [Fact]
    public void A_backup_to_s3_with_everything_set()
    {
        var backup = Samples.Backup();
        backup.Spec.Storage = Samples.S3();
        backup.Spec.Target.Connection = new DatabaseConnection
        {
            SecretRef = new CredentialsReference { Name = "db-user" },
            Port = 3307,
            Tls = TlsMode.Required,
        };
        backup.Spec.BackoffLimit = 1;
        backup.Spec.Job = new JobOptions
        {
            Image = "registry.example.org/sidecar:1",
            ImagePullSecrets = [new V1LocalObjectReference { Name = "pull" }],
            Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = "512Mi" } },
            NodeSelector = new Dictionary<string, string> { ["disk"] = "fast" },
            Tolerations = [new V1Toleration { Key = "backup", Operator = "Exists" }],
            Affinity = JsonNode.Parse(
                """{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":["a"]}]},{"matchExpressions":[{"key":"zone","operator":"In","values":["b"]}]}]}}}""")!
                .AsObject(),
            PriorityClassName = "low",
            Labels = new Dictionary<string, string> { ["team"] = "shop", [RunLabels.Run] = "not-this-one" },
            Annotations = new Dictionary<string, string> { ["note"] = "x" },
            Env = [new V1EnvVar { Name = "HTTPS_PROXY", Value = "http://proxy" }, new V1EnvVar { Name = RunSpec.EnvironmentVariable, Value = "overridden" }],
        };
        var set = Samples.StatefulSet();
        set.Spec!.Template!.Spec!.SecurityContext = new V1PodSecurityContext { RunAsUser = 999, FsGroup = 999 };
        set.Spec.Template.Spec.Tolerations = [new V1Toleration { Key = "database", Operator = "Exists" }];

        Check("backup-s3", backup, set, JobPurpose.Run, node: "node-1");
    }

    [Fact]
    public void A_restore_of_a_database_below_its_mount()
    {
        var set = Samples.StatefulSet();
        set.Spec!.Template!.Spec!.Containers![0].VolumeMounts![0] = new V1VolumeMount { Name = "data", MountPath = "/var/lib", SubPath = "one" };

        Check("restore-volume", Samples.Restore(), set, JobPurpose.Run, node: null);
    }

    [Fact]
    public void A_roll_back_needs_neither_storage_nor_secrets()
    {
        var restore = Samples.Restore();
        restore.Spec.Target.Connection = new DatabaseConnection { SecretRef = new CredentialsReference { Name = "db-user" } };

        Check("rollback", restore, Samples.StatefulSet(), JobPurpose.RollBack, node: null);
    }

    [Fact]
    public void A_roll_back_that_dies_is_tried_again_also_where_the_restore_was_to_be_tried_once()
    {
        var restore = Samples.Recorded(Samples.Restore());
        restore.Spec.BackoffLimit = 0;

        Build(restore, Samples.StatefulSet(), JobPurpose.RollBack, null).Spec!.BackoffLimit!.Value.ShouldBeGreaterThan(3);
        Build(restore, Samples.StatefulSet(), JobPurpose.Run, null).Spec!.BackoffLimit.ShouldBe(0);
    }

    [Fact]
    public void Whoever_wants_a_proxy_beside_the_sidecar_may_have_one()
    {
        var backup = Samples.Recorded(Samples.Backup());
        backup.Spec.Job = new JobOptions
        {
            Labels = new Dictionary<string, string> { ["kuma.io/sidecar-injection"] = "enabled" },
            Annotations = new Dictionary<string, string> { ["linkerd.io/inject"] = "enabled" },
        };

        var pod = Build(backup, Samples.StatefulSet(), JobPurpose.Run, null).Spec!.Template!.Metadata!;

        pod.Labels!["kuma.io/sidecar-injection"].ShouldBe("enabled");
        pod.Annotations!["linkerd.io/inject"].ShouldBe("enabled");
        pod.Annotations!["consul.hashicorp.com/connect-inject"].ShouldBe("false");
    }

    [Fact]
    public void A_roll_back_goes_to_the_node_that_the_database_was_on_if_it_can()
    {
        var restore = Samples.Recorded(Samples.Restore());
        restore.Status.Target!.Node = "node-7";

        var nodes = Build(restore, Samples.StatefulSet(), JobPurpose.RollBack, node: null).Spec!.Template!.Spec!.Affinity!["nodeAffinity"]!;
        nodes["requiredDuringSchedulingIgnoredDuringExecution"].ShouldBeNull("the node may be lost");
        var wish = nodes["preferredDuringSchedulingIgnoredDuringExecution"]![0]!;
        wish["preference"]!["matchFields"]![0]!["values"]![0]!.GetValue<string>().ShouldBe("node-7");

        Build(restore, Samples.StatefulSet(), JobPurpose.RollBack, node: "node-8").Spec!.Template!.Spec!.Affinity!["nodeAffinity"]!
            ["preferredDuringSchedulingIgnoredDuringExecution"].ShouldBeNull("where its pod runs now the claim is");
    }

    [Fact]
    public void The_removal_of_previous_data() => Check("remove-previous", Samples.Restore(), Samples.StatefulSet(), JobPurpose.RemovePrevious, node: "node-1");

    [Fact]
    public void An_encrypted_backup_to_several_storages()
    {
        var backup = EncryptedWithCopies();
        backup.Spec.Type = BackupType.Incremental;

        Check("backup-copies", backup, Samples.StatefulSet(), JobPurpose.Run, node: "node-1");
    }

    [Fact]
    public void The_deletion_of_backups()
    {
        var backup = Samples.Recorded(EncryptedWithCopies());
        backup.Status.Target!.User = new RecordedUser { Uid = 999, Gid = 999 };
        (backup.Status.BackupId, backup.Status.Path, backup.Status.ManifestDigest) = (backup.Metadata.Uid, "shop/db/one", "sha256:00");

        Golden.Check("jobs/prune.yaml", YamlDocument.Write(KubernetesJson.ToNode(BackupOperator.Pruning.PruneJob.Build([backup], [backup], target: null, "sidecar:1", TimeSpan.FromHours(4)))));
    }

    [Fact]
    public void Another_attempt_at_copies_has_nothing_of_the_database()
    {
        var backup = EncryptedWithCopies();
        backup.Spec.Target.Connection = new DatabaseConnection { SecretRef = new CredentialsReference { Name = "db-user" } };
        backup.Status.Copies = [new CopyStatus { Complete = true, Attempts = 1 }, new CopyStatus { Complete = false, Attempts = 2 }, new CopyStatus { Complete = false, Attempts = 2 }];

        Check("copy", backup, set: null, JobPurpose.Copy, node: null);
    }

    [Fact]
    public void A_restore_of_an_encrypted_backup_needs_no_key_by_its_name()
    {
        var restore = Samples.Recorded(Samples.Restore());
        var stores = new RunStores { First = restore.Spec.Source.Location!.Storage, Encryption = Samples.Encryption() };
        var volumes = Build(restore, Samples.StatefulSet(), JobPurpose.Run, null, stores).Spec!.Template!.Spec!.Volumes!;

        volumes.Find(v => v.Name == "encryption-keys")!.Secret.ShouldNotBeNull().ShouldSatisfyAllConditions(
            s => s.SecretName.ShouldBe("backup-keys"), s => s.Items.ShouldBeNull("a key that was replaced must not keep older backups from coming back"));
    }

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData(999L, 999L, null, 256)]
    [InlineData(999L, null, null, null)]
    [InlineData(null, null, 0L, 256)]
    public void Secrets_can_be_read_by_root_and_by_the_sidecar_only_where_that_can_be_had(long? user, long? group, long? containerUser, int? mode)
    {
        var backup = Samples.Recorded(EncryptedWithCopies());
        backup.Spec.Job = containerUser is null ? null : new JobOptions { ContainerSecurityContext = new V1SecurityContext { RunAsUser = containerUser } };
        var set = Samples.StatefulSet();
        set.Spec!.Template!.Spec!.SecurityContext = new V1PodSecurityContext { RunAsUser = user, FsGroup = group };

        var volumes = Build(backup, set, JobPurpose.Run, null).Spec!.Template!.Spec!.Volumes!;
        volumes.Find(v => v.Name == "copy-2-credentials")!.Secret!.DefaultMode.ShouldBe(mode);
        volumes.Find(v => v.Name == "encryption-keys")!.Projected!.DefaultMode.ShouldBe(mode);
    }

    [Fact]
    public void What_the_sidecar_reads_is_what_was_meant_whatever_the_kubelet_expands()
    {
        var backup = Samples.Recorded(Samples.Backup());
        backup.Spec.Target.DataDirectory = "/var/lib/mysql/$(HOME)";
        var run = Build(backup, Samples.StatefulSet(), JobPurpose.Run, null).Spec!.Template!.Spec!.Containers![0].Env!.Last().Value!;

        run.ShouldNotContain("$");
        RunSpec.Parse(run).Target.DataSubdirectory.ShouldBe("$(HOME)");
    }

    [Theory]
    [InlineData("mysql:9.7", null)]
    [InlineData("registry.example.org:5000/unknown/server@sha256:00", null)]
    [InlineData("mysql:9.7", 0L)]
    [InlineData("bitnami/mariadb:11", 1001L)]
    public void What_is_built_passes_the_restricted_pod_security_standard(string image, long? user)
    {
        var set = Samples.StatefulSet();
        set.Spec!.Template!.Spec!.Containers![0].Image = image;
        set.Spec.Template.Spec.SecurityContext = new V1PodSecurityContext { RunAsUser = user, FsGroup = user };
        var backup = Samples.Recorded(EncryptedWithCopies());
        backup.Spec.Target.Connection = new DatabaseConnection { SecretRef = new CredentialsReference { Name = "db-user" } };
        backup.Status.Copies = [new CopyStatus { Attempts = 1 }];
        var restore = Samples.Recorded(Samples.Restore());

        foreach (var job in new[]
        {
            Build(backup, set, JobPurpose.Run, "node-1"), Build(backup, null, JobPurpose.Copy, null), Build(restore, set, JobPurpose.Run, null),
            Build(restore, set, JobPurpose.RollBack, null), Build(restore, set, JobPurpose.RemovePrevious, null),
        })
        {
            RestrictedStandard.Violations(KubernetesJson.ToNode(job.Spec!.Template!.Spec!).AsObject()).ShouldBeEmpty();
        }
    }

    [Fact]
    public void A_backup_cannot_write_to_the_database()
    {
        var container = Build(Samples.Recorded(Samples.Backup()), Samples.StatefulSet(), JobPurpose.Run, null).Spec!.Template!.Spec!.Containers![0];
        container.VolumeMounts!.Find(m => m.MountPath == RunPaths.Volume)!.ReadOnly.ShouldBe(true);
        container.SecurityContext!.ReadOnlyRootFilesystem.ShouldBe(true);
    }

    [Fact]
    public void What_spec_job_says_of_security_takes_the_place_of_the_default_field_by_field()
    {
        var backup = Samples.Recorded(Samples.Backup());
        backup.Spec.Job = new JobOptions
        {
            PodSecurityContext = new V1PodSecurityContext { FsGroup = 2000 },
            ContainerSecurityContext = new V1SecurityContext { Capabilities = new V1Capabilities { Drop = ["ALL"], Add = ["NET_BIND_SERVICE"] } },
        };
        var pod = Build(backup, Samples.StatefulSet(), JobPurpose.Run, null).Spec!.Template!.Spec!;

        pod.SecurityContext.ShouldNotBeNull().ShouldSatisfyAllConditions(
            c => c.FsGroup.ShouldBe(2000), c => c.FsGroupChangePolicy.ShouldBe("OnRootMismatch"), c => c.RunAsUser.ShouldBe(999), c => c.RunAsNonRoot.ShouldBe(true));
        pod.Containers![0].SecurityContext.ShouldNotBeNull().ShouldSatisfyAllConditions(
            c => c.Capabilities!.Add.ShouldBe(["NET_BIND_SERVICE"]), c => c.AllowPrivilegeEscalation.ShouldBe(false), c => c.ReadOnlyRootFilesystem.ShouldBe(true));
    }

    private static void Check<T>(string name, T entity, V1StatefulSet? set, JobPurpose purpose, string? node)
        where T : class, IRunEntity =>
        Golden.Check($"jobs/{name}.yaml", YamlDocument.Write(KubernetesJson.ToNode(Build(Samples.Recorded(entity), set, purpose, node))));

    private static MySqlBackup EncryptedWithCopies()
    {
        var backup = Samples.Backup();
        backup.Spec.Encryption = Samples.Encryption();
        backup.Spec.Copies =
        [
            new StorageSpec { Volume = new VolumeStorageSpec { ClaimName = "backups", Path = "second" } },
            new StorageSpec { Volume = new VolumeStorageSpec { ClaimName = "nfs" } },
            Samples.S3(),
        ];
        return backup;
    }

    private static RunStores StoresOf(IRunEntity entity, JobPurpose purpose) => (entity, purpose) switch
    {
        (MySqlBackup backup, _) => BackupFlow.Stores(backup, purpose),
        (MySqlRestore restore, JobPurpose.Run) => new RunStores { First = restore.Spec.Source.Location!.Storage },
        _ => RunStores.None,
    };

    private static V1Job Build<T>(T entity, V1StatefulSet? set, JobPurpose purpose, string? node, RunStores? wanted = null)
        where T : class, IRunEntity
    {
        var target = set is null ? null : TargetResolver.Resolve(entity.RunSpec.Target, set, Samples.Namespace).Value.ShouldNotBeNull();
        var stores = wanted ?? StoresOf(entity, purpose);
        var run = RunSpecFactory.Build(entity, purpose, target, stores, "shop/db/x", node);
        return JobTemplate.Build(new JobInput(
            entity, purpose, RunActions.JobName(entity, purpose), RunActions.AccessName(entity, purpose), run, target, stores, node, SidecarUser.Choose(target, pod: null, entity.RunSpec.Job), "sidecar:test"));
    }
}
