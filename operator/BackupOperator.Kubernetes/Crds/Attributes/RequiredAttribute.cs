namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>The field must be there. The C# keyword <c>required</c> says the same.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute;
