using System.Text.Json.Nodes;
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
    public void The_removal_of_previous_data() => Check("remove-previous", Samples.Restore(), Samples.StatefulSet(), JobPurpose.RemovePrevious, node: "node-1");

    [Fact]
    public void What_the_sidecar_reads_is_what_was_meant_whatever_the_kubelet_expands()
    {
        var backup = Samples.Recorded(Samples.Backup());
        backup.Spec.Target.DataDirectory = "/var/lib/mysql/$(HOME)";
        var run = Build(backup, Samples.StatefulSet(), JobPurpose.Run, null).Spec!.Template!.Spec!.Containers![0].Env!.Last().Value!;

        run.ShouldNotContain("$");
        RunSpec.Parse(run).Target.DataSubdirectory.ShouldBe("$(HOME)");
    }

    private static void Check<T>(string name, T entity, V1StatefulSet set, JobPurpose purpose, string? node)
        where T : class, IRunEntity =>
        Golden.Check($"jobs/{name}.yaml", YamlDocument.Write(KubernetesJson.ToNode(Build(Samples.Recorded(entity), set, purpose, node))));

    private static V1Job Build<T>(T entity, V1StatefulSet set, JobPurpose purpose, string? node)
        where T : class, IRunEntity
    {
        var target = TargetResolver.Resolve(entity.RunSpec.Target, set, Samples.Namespace).Value.ShouldNotBeNull();
        var storage = purpose != JobPurpose.Run ? null
            : entity is MySqlBackup backup ? backup.Spec.Storage : (entity as MySqlRestore)!.Spec.Source.Location!.Storage;
        var run = RunSpecFactory.Build(entity, purpose, target, storage, "shop/db/x");
        return JobTemplate.Build(new JobInput(
            entity, purpose, RunActions.JobName(entity, purpose), RunActions.JobName(entity, JobPurpose.Run), run, target, storage, node, "sidecar:test"));
    }
}
