using System.Diagnostics.CodeAnalysis;

namespace BackupOperator.Kubernetes.Crds.Attributes;

/// <summary>What a text must match (RE2, not anchored by itself); on a list or map, what its items must match.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PatternAttribute([StringSyntax(StringSyntaxAttribute.Regex)] string regexPattern) : Attribute
{
    public string RegexPattern { get; } = regexPattern;
}
