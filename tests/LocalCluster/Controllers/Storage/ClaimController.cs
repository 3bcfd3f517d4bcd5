using BackupOperator.LocalCluster.Controllers.Runtime;

namespace BackupOperator.LocalCluster.Controllers.Storage;

/// <summary>
/// Gives each claim a volume: a folder of this machine. A claim that is deleted stays until no pod uses it
/// (<c>kubernetes.io/pvc-protection</c>); then the folder goes, unless the volume is somebody else's.
/// </summary>
public sealed class ClaimController : Controller
{
    private const string Protection = "kubernetes.io/pvc-protection";
    private const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";
    private const string Provisioner = "localcluster";

    private readonly string folder;

    /// <param name="folder">Holds the volumes, each in <c>namespace/claim</c>.</param>
    public ClaimController(IKubernetesClient client, TimeProvider time, string folder, ILogger<ClaimController> log)
        : base(client, time, log)
    {
        this.folder = folder;
        Watch<V1PersistentVolumeClaim>(claim => [NamespacedName.Of(claim)]);
        Watch<V1Pod>(pod => pod.Claims().Select(claim => new NamespacedName(pod.Metadata.Namespace ?? "", claim)));
    }

    public static string FolderOf(string folder, string @namespace, string claim) => Path.Combine(folder, @namespace, claim);

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var claim = await Client.GetAsync<V1PersistentVolumeClaim>(key.Name, key.Namespace, cancellationToken);
        if (claim is null)
        {
            return null;
        }

        if (claim.Metadata.DeletionTimestamp is not null)
        {
            await ReleaseAsync(claim, cancellationToken);
        }
        else if (claim.Status?.Phase != "Bound")
        {
            await BindAsync(claim, cancellationToken);
        }

        return null;
    }

    private async Task BindAsync(V1PersistentVolumeClaim claim, CancellationToken cancellationToken)
    {
        var name = claim.Spec?.VolumeName ?? $"pvc-{claim.Metadata.Uid}";
        var volume = await Client.GetAsync<V1PersistentVolume>(name, cancellationToken: cancellationToken);
        if (volume is null)
        {
            var path = FolderOf(folder, claim.Metadata.Namespace!, claim.Metadata.Name!);
            Directory.CreateDirectory(path);
            File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);
            volume = await Client.CreateAsync(Volume(claim, name, path), cancellationToken);
        }

        await PatchAsync(claim, null, new JsonObject
        {
            ["metadata"] = new JsonObject { ["finalizers"] = Finalizers(claim, protect: true) },
            ["spec"] = new JsonObject { ["volumeName"] = name },
        }, cancellationToken);
        await PatchAsync(claim, "status", new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = "Bound",
                ["accessModes"] = JsonSerializer.SerializeToNode(claim.Spec?.AccessModes ?? ["ReadWriteOnce"]),
                ["capacity"] = JsonSerializer.SerializeToNode(volume.Spec?.Capacity, KubernetesJson.Options),
            },
        }, cancellationToken);
        await Client.PatchAsync<V1PersistentVolume>(
            name, null, KubernetesPatch.Merge(new JsonObject { ["status"] = new JsonObject { ["phase"] = "Bound" } }), "status", cancellationToken);
    }

    private async Task ReleaseAsync(V1PersistentVolumeClaim claim, CancellationToken cancellationToken)
    {
        if (claim.Metadata.Finalizers?.Contains(Protection) != true)
        {
            return;
        }

        var pods = await Client.ListAsync<V1Pod>(claim.Metadata.Namespace, cancellationToken: cancellationToken);
        if (pods.Items.Any(pod => !pod.IsFinished() && pod.Claims().Contains(claim.Metadata.Name)))
        {
            return;
        }

        // The folder goes before the claim: a new claim of the same name starts empty.
        if (claim.Spec?.VolumeName is { } name
            && await Client.GetAsync<V1PersistentVolume>(name, cancellationToken: cancellationToken) is { } volume
            && volume.Annotation(ProvisionedBy) == Provisioner
            && volume.Spec?.PersistentVolumeReclaimPolicy == "Delete")
        {
            if (Directory.Exists(volume.Spec.HostPath!.Path))
            {
                Directory.Delete(volume.Spec.HostPath.Path, recursive: true);
            }

            await Client.DeleteAsync<V1PersistentVolume>(name, cancellationToken: cancellationToken);
        }

        await PatchAsync(claim, null, new JsonObject
        {
            ["metadata"] = new JsonObject { ["finalizers"] = Finalizers(claim, protect: false) },
        }, cancellationToken);
    }

    private static V1PersistentVolume Volume(V1PersistentVolumeClaim claim, string name, string path) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, Annotations = new Dictionary<string, string> { [ProvisionedBy] = Provisioner } },
        Spec = new V1PersistentVolumeSpec
        {
            Capacity = claim.Spec?.Resources?.Requests ?? new Dictionary<string, ResourceQuantity> { ["storage"] = new("1Gi") },
            AccessModes = claim.Spec?.AccessModes ?? ["ReadWriteOnce"],
            ClaimRef = claim.ToObjectReference(),
            HostPath = new V1HostPathVolumeSource { Path = path, Type = "DirectoryOrCreate" },
            PersistentVolumeReclaimPolicy = "Delete",
            StorageClassName = claim.Spec?.StorageClassName,
            VolumeMode = "Filesystem",
        },
    };

    private static JsonArray Finalizers(V1PersistentVolumeClaim claim, bool protect)
    {
        var names = (claim.Metadata.Finalizers ?? []).Where(name => name != Protection).ToList();
        return [.. (protect ? names.Append(Protection) : names).Select(name => (JsonNode)name)];
    }

    private Task<V1PersistentVolumeClaim> PatchAsync(V1PersistentVolumeClaim claim, string? subresource, JsonObject body, CancellationToken cancellationToken)
    {
        var metadata = body["metadata"] as JsonObject ?? [];
        metadata["uid"] = claim.Metadata.Uid;
        body["metadata"] = metadata;
        return Client.PatchAsync<V1PersistentVolumeClaim>(claim.Metadata.Name!, claim.Metadata.Namespace, KubernetesPatch.Merge(body), subresource, cancellationToken);
    }
}
