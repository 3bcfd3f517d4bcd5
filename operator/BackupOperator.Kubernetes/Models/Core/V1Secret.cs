namespace BackupOperator.Kubernetes.Models;


/// <summary>Confidential data (<c>core/v1 Secret</c>). Read at use; never cached or logged.</summary>
[KubernetesEntity(Kind = "Secret", PluralName = "secrets")]
public sealed class V1Secret : KubernetesObject
{
    public string? Type { get; set; }

    public Dictionary<string, byte[]>? Data { get; set; }

    /// <summary>Write-only: the API server moves it into <see cref="Data"/>.</summary>
    public Dictionary<string, string>? StringData { get; set; }

    public bool? Immutable { get; set; }
}
