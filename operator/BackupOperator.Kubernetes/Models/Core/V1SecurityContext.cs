namespace BackupOperator.Kubernetes.Models;


/// <summary>Under whom the containers of a pod run.</summary>
public sealed record V1PodSecurityContext
{
    public long? RunAsUser { get; set; }

    public long? RunAsGroup { get; set; }

    public bool? RunAsNonRoot { get; set; }

    public long? FsGroup { get; set; }

    /// <summary>OnRootMismatch or Always.</summary>
    public string? FsGroupChangePolicy { get; set; }

    public List<long>? SupplementalGroups { get; set; }

    public V1SeccompProfile? SeccompProfile { get; set; }

    public V1SeLinuxOptions? SeLinuxOptions { get; set; }
}

/// <summary>Under whom, and with which powers, one container runs.</summary>
public sealed record V1SecurityContext
{
    public long? RunAsUser { get; set; }

    public long? RunAsGroup { get; set; }

    public bool? RunAsNonRoot { get; set; }

    public bool? ReadOnlyRootFilesystem { get; set; }

    public bool? AllowPrivilegeEscalation { get; set; }

    public bool? Privileged { get; set; }

    public V1Capabilities? Capabilities { get; set; }

    public V1SeccompProfile? SeccompProfile { get; set; }

    public V1SeLinuxOptions? SeLinuxOptions { get; set; }
}

public sealed class V1Capabilities
{
    public List<string>? Add { get; set; }

    public List<string>? Drop { get; set; }
}

public sealed class V1SeccompProfile
{
    /// <summary>RuntimeDefault, Unconfined or Localhost.</summary>
    public string? Type { get; set; }

    public string? LocalhostProfile { get; set; }
}

public sealed class V1SeLinuxOptions
{
    public string? User { get; set; }

    public string? Role { get; set; }

    public string? Type { get; set; }

    public string? Level { get; set; }
}
