namespace BackupOperator.Jobs;

/// <summary>Collects the volumes of a pod and where its container mounts them.</summary>
/// <param name="secretMode">Mode of the files of Secrets; null for the API's default.</param>
internal sealed class JobMounts(int? secretMode)
{
    public List<V1Volume> Volumes { get; } = [];

    public List<V1VolumeMount> Mounts { get; } = [];

    /// <summary>A claim that is mounted twice is one volume with two mounts: a kubelet may wait for ever for the second volume of a claim.</summary>
    public void Claim(string name, string path, string claim, bool readOnly, string? subPath)
    {
        var volume = Volumes.Find(v => v.PersistentVolumeClaim?.ClaimName == claim);
        if (volume is null)
        {
            // The volume itself stays writable for the pod: a read-only volume and a writable one of the same claim
            // cannot be attached side by side with every driver. The mount is what keeps the sidecar from writing.
            volume = new V1Volume { Name = name, PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = claim } };
            Volumes.Add(volume);
        }

        Mounts.Add(new V1VolumeMount { Name = volume.Name, MountPath = path, SubPath = subPath, ReadOnly = readOnly ? true : null });
    }

    /// <summary>Some keys of a Secret, under names of ours.</summary>
    public void Secret(string name, string path, string secret, List<V1KeyToPath> items) =>
        Add(new V1Volume { Name = name, Secret = new V1SecretVolumeSource { SecretName = secret, Items = items, DefaultMode = secretMode } }, path);

    /// <summary>All keys of a Secret under their own names.</summary>
    /// <param name="needed">The kubelet starts no pod without this one; null: any will do.</param>
    public void WholeSecret(string name, string path, string secret, string? needed)
    {
        if (needed is null)
        {
            Add(new V1Volume { Name = name, Secret = new V1SecretVolumeSource { SecretName = secret, DefaultMode = secretMode } }, path);
            return;
        }

        Add(
            new V1Volume
            {
                Name = name,
                Projected = new V1ProjectedVolumeSource
                {
                    DefaultMode = secretMode,
                    Sources =
                    [
                        new V1VolumeProjection { Secret = new V1SecretProjection { Name = secret } },
                        new V1VolumeProjection { Secret = new V1SecretProjection { Name = secret, Items = [new V1KeyToPath { Key = needed, Path = needed }] } },
                    ],
                },
            },
            path);
    }

    /// <summary>An empty folder.</summary>
    public void Scratch(string name, string path)
    {
        Volumes.Add(new V1Volume { Name = name, EmptyDir = new V1EmptyDirVolumeSource() });
        Mounts.Add(new V1VolumeMount { Name = name, MountPath = path });
    }

    private void Add(V1Volume volume, string path)
    {
        Volumes.Add(volume);
        Mounts.Add(new V1VolumeMount { Name = volume.Name, MountPath = path, ReadOnly = true });
    }
}
