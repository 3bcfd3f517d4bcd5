namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>A column of <c>kubectl get</c>, in the order of the attributes.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class GenericAdditionalPrinterColumnAttribute(string jsonPath, string name, string type) : Attribute
{
    public string JsonPath { get; } = jsonPath;

    public string Name { get; } = name;

    /// <summary>integer, number, string, boolean or date.</summary>
    public string Type { get; } = type;

    public string? Format { get; set; }

    public string? Description { get; set; }

    /// <summary>Greater than 0: only with <c>-o wide</c>.</summary>
    public int Priority { get; set; }
}
