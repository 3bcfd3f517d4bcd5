namespace BackupOperator.Kubernetes.Models;


/// <summary>The metadata of a list (<c>meta/v1 ListMeta</c>).</summary>
public sealed class V1ListMeta
{
    public string? ResourceVersion { get; set; }

    /// <summary>Asks for the next page; null on the last one.</summary>
    public string? Continue { get; set; }

    public long? RemainingItemCount { get; set; }
}
