namespace BackupOperator.Kubernetes.Models;


/// <summary>Selects by labels; all of its parts must hold (<c>meta/v1 LabelSelector</c>).</summary>
public sealed class V1LabelSelector
{
    public Dictionary<string, string>? MatchLabels { get; set; }

    public List<V1LabelSelectorRequirement>? MatchExpressions { get; set; }
}

public sealed class V1LabelSelectorRequirement
{
    public string? Key { get; set; }

    /// <summary>In, NotIn, Exists or DoesNotExist.</summary>
    public string? Operator { get; set; }

    public List<string>? Values { get; set; }
}
