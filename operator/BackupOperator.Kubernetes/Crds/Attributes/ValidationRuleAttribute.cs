namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>A CEL expression over <c>self</c> (and <c>oldSelf</c>) that must hold (<c>x-kubernetes-validations</c>).</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Struct, AllowMultiple = true)]
public sealed class ValidationRuleAttribute(string rule, string? message = null, string? fieldPath = null, string? reason = null) : Attribute
{
    public string Rule { get; } = rule;

    /// <summary>What <c>kubectl apply</c> says where it does not hold.</summary>
    public string? Message { get; } = message;

    /// <summary>A CEL expression that makes the message.</summary>
    public string? MessageExpression { get; set; }

    /// <summary>The field to blame, such as <c>.cold.scope</c>.</summary>
    public string? FieldPath { get; } = fieldPath;

    /// <summary>FieldValueInvalid, FieldValueForbidden, FieldValueRequired or FieldValueDuplicate.</summary>
    public string? Reason { get; } = reason;

    /// <summary>Whether a rule with <c>oldSelf</c> also holds for a new object.</summary>
    public bool OptionalOldSelf { get; set; }
}
