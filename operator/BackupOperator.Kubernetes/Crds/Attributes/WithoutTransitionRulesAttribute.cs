namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>
/// The rules with <c>oldSelf</c> of the property's type, and of everything in it, do not hold here: what cannot be changed
/// in an object can be changed in the template that objects are made from.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WithoutTransitionRulesAttribute : Attribute;
