namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>An OpenAPI format that the API server knows, such as <c>uri</c> or <c>date-time</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FormatAttribute(string format) : Attribute
{
    public string Format { get; } = format;
}
