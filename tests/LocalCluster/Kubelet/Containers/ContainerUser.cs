namespace BackupOperator.LocalCluster.Kubelet.Containers;

/// <summary>Who a container runs as; <paramref name="Capabilities"/> null keeps everything (privileged).</summary>
public sealed record ContainerUser(
    long Uid,
    long Gid,
    IReadOnlyList<long> Groups,
    IReadOnlyCollection<string>? Capabilities,
    bool NoNewPrivileges)
{
    /// <summary>What container runtimes leave to root (the default list of the OCI runtimes).</summary>
    public static readonly IReadOnlyList<string> DefaultCapabilities =
    [
        "chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "net_bind_service",
        "net_raw", "sys_chroot", "mknod", "audit_write", "setfcap",
    ];

    public static readonly ContainerUser Root = new(0, 0, [], DefaultCapabilities, NoNewPrivileges: false);

    /// <summary>The arguments of <c>setpriv(1)</c> that become this user.</summary>
    public IEnumerable<string> SetprivArguments()
    {
        yield return $"--reuid={Uid}";
        yield return $"--regid={Gid}";
        yield return Groups.Count == 0 ? "--clear-groups" : "--groups=" + string.Join(',', Groups);
        if (Capabilities is not null)
        {
            yield return "--inh-caps=-all";
            yield return "--bounding-set=" + string.Join(',', ["-all", .. Capabilities.Select(name => "+" + name)]);
        }

        if (NoNewPrivileges)
        {
            yield return "--no-new-privs";
        }
    }
}
