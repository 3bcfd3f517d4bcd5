namespace BackupOperator.LocalCluster.Kubelet.Pods;

/// <summary>Where a node keeps what belongs to a pod.</summary>
internal sealed record PodFolders(string DataDirectory, string PodUid)
{
    /// <summary>Layers and volumes; goes with the pod.</summary>
    public string Pod => Path.Combine(DataDirectory, "pods", PodUid);

    public string Container(string name, int restart) => Path.Combine(Pod, "containers", $"{name}-{restart}");

    public string Log(string container, int restart) => Path.Combine(DataDirectory, "logs", PodUid, $"{container}-{restart}.log");

    public void Remove()
    {
        foreach (var folder in (string[])[Pod, Path.Combine(DataDirectory, "logs", PodUid)])
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
