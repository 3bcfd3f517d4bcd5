using System.Globalization;
using System.Text.Json.Serialization;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.Models;

/// <summary>A number or a name or percentage, such as a port (<c>util/intstr IntOrString</c>).</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public sealed record IntOrString
{
    public IntOrString(int number) => Number = number;

    public IntOrString(string text) => Text = text;

    /// <summary>Null where it is a text.</summary>
    public int? Number { get; }

    /// <summary>Null where it is a number.</summary>
    public string? Text { get; }

    public static implicit operator IntOrString(int number) => new(number);

    public static implicit operator IntOrString(string text) => new(text);

    public override string ToString() => Text ?? Number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
