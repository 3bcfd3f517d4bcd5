using BackupOperator.Jobs;
using BackupOperator.Runs;

namespace BackupOperator.Tests.Runs;

public sealed class SecretTroublesTests
{
    private static readonly V1Pod Pod = Make();

    [Theory]
    [InlineData("MountVolume.SetUp failed for volume \"encryption-keys\" : secret \"keys\" not found", FailureReason.EncryptionSecretInvalid, "Secret shop/keys does not exist; create it, or name another one in encryption.secretRef")]
    [InlineData("MountVolume.SetUp failed for volume \"encryption-keys\" : references non-existent secret key: key", FailureReason.EncryptionSecretInvalid, "Secret shop/keys has no key key; add it, or name another one in encryption.secretRef")]
    [InlineData("MountVolume.SetUp failed: references non-existent secret \"keys\" key: key", FailureReason.EncryptionSecretInvalid, "Secret shop/keys has no key key; add it, or name another one in encryption.secretRef")]
    [InlineData("MountVolume.SetUp failed for volume \"copy-3-credentials\" : references non-existent secret key: AWS_ACCESS_KEY_ID", FailureReason.StorageSecretInvalid, "Secret shop/copy has no key AWS_ACCESS_KEY_ID; add it, or name another one in copies[3].s3.credentialsSecretRef")]
    [InlineData("MountVolume.SetUp failed for volume \"storage-credentials\" : references non-existent secret key: AWS_ACCESS_KEY_ID", FailureReason.StorageSecretInvalid, "Secret shop/first has no key AWS_ACCESS_KEY_ID; add it, or name another one in storage.s3.credentialsSecretRef")]
    [InlineData("MountVolume.SetUp failed for volume \"copy-3-ca\" : secret \"ca\" not found", FailureReason.StorageSecretInvalid, "Secret shop/ca does not exist; create it, or name another one in copies[3].s3.caSecretRef")]
    [InlineData("MountVolume.SetUp failed for volume \"mysql-credentials\" : secret \"login\" not found", FailureReason.ConnectionSecretInvalid, "Secret shop/login does not exist; create it, or name another one in target.connection.secretRef")]
    public void The_kubelet_says_which_Secret_is_wrong(string trouble, string reason, string message) =>
        SecretTroubles.Find(Pod, trouble).ShouldBe(new SpecFinding(reason, message, Final: false));

    [Theory]
    [InlineData("MountVolume.SetUp failed for volume \"data\" : mount failed: exit status 32")]
    [InlineData("Unable to attach or mount volumes: timed out waiting for the condition")]
    [InlineData("MountVolume.SetUp failed for volume \"kube-api-access\" : configmap \"keys\" not found")]
    [InlineData("references non-existent secret key: other")]
    public void Other_troubles_are_no_fault_of_the_spec(string trouble) => SecretTroubles.Find(Pod, trouble).ShouldBeNull();

    private static V1Pod Make()
    {
        var mounts = new JobMounts(secretMode: null);
        V1KeyToPath id = new() { Key = "AWS_ACCESS_KEY_ID", Path = "accessKeyId" };
        mounts.Secret("storage-credentials", "/a", "first", [id]);
        mounts.Secret("copy-3-credentials", "/b", "copy", [id]);
        mounts.Secret("copy-3-ca", "/c", "ca", [new() { Key = "ca.crt", Path = "ca.crt" }]);
        mounts.Secret("mysql-credentials", "/d", "login", [new() { Key = "username", Path = "username" }]);
        mounts.WholeSecret("encryption-keys", "/e", "keys", "key");
        return new V1Pod { Metadata = new V1ObjectMeta { Name = "p", Namespace = Samples.Namespace }, Spec = new V1PodSpec { Volumes = mounts.Volumes } };
    }
}
