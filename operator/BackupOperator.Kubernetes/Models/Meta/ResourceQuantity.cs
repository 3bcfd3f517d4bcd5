using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Serialization;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.Models;

/// <summary>
/// An amount such as <c>500m</c>, <c>16Mi</c> or <c>1.5e3</c> (<c>api/resource Quantity</c>). Keeps the text as it was
/// written; equal amounts are equal however they are written.
/// </summary>
[JsonConverter(typeof(ResourceQuantityConverter))]
public sealed class ResourceQuantity : IEquatable<ResourceQuantity>, IComparable<ResourceQuantity>
{
    /// <summary>What the CRD schema lets pass.</summary>
    public const string Pattern =
        @"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$";

    // Nano is the finest unit: every quantity is a whole number of them.
    private static readonly BigInteger Nano = 1_000_000_000;

    private readonly string text;
    private readonly BigInteger nanos;

    /// <exception cref="FormatException">The text is no quantity.</exception>
    public ResourceQuantity(string text)
    {
        if (!TryParseNanos(text, out nanos))
        {
            throw new FormatException($"'{text}' is no quantity; write a number with a unit such as 500m, 2, 16Mi or 1G.");
        }

        this.text = text;
    }

    /// <summary>The amount in whole units, rounded up as Kubernetes does it; at most <see cref="long.MaxValue"/>.</summary>
    public long Value
    {
        get
        {
            var whole = BigInteger.DivRem(nanos, Nano, out var rest);
            whole += rest.Sign > 0 ? 1 : 0;
            return (long)BigInteger.Clamp(whole, long.MinValue, long.MaxValue);
        }
    }

    /// <summary>The amount in thousandths, rounded up, as for CPUs.</summary>
    public long MilliValue
    {
        get
        {
            var whole = BigInteger.DivRem(nanos, Nano / 1000, out var rest);
            whole += rest.Sign > 0 ? 1 : 0;
            return (long)BigInteger.Clamp(whole, long.MinValue, long.MaxValue);
        }
    }

    public static implicit operator ResourceQuantity(string text) => new(text);

    /// <summary>Bytes as the largest binary unit that holds them exactly.</summary>
    public static ResourceQuantity FromBytes(long bytes)
    {
        var units = new[] { "", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei" };
        var unit = 0;
        while (bytes != 0 && bytes % 1024 == 0 && unit < units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return new(bytes.ToString(CultureInfo.InvariantCulture) + units[unit]);
    }

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ResourceQuantity? quantity)
    {
        quantity = TryParseNanos(text, out _) ? new ResourceQuantity(text!) : null;
        return quantity is not null;
    }

    public static bool operator ==(ResourceQuantity? left, ResourceQuantity? right) => Equals(left, right);

    public static bool operator !=(ResourceQuantity? left, ResourceQuantity? right) => !Equals(left, right);

    public static bool operator <(ResourceQuantity? left, ResourceQuantity? right) => Comparer<ResourceQuantity>.Default.Compare(left, right) < 0;

    public static bool operator >(ResourceQuantity? left, ResourceQuantity? right) => Comparer<ResourceQuantity>.Default.Compare(left, right) > 0;

    public static bool operator <=(ResourceQuantity? left, ResourceQuantity? right) => !(left > right);

    public static bool operator >=(ResourceQuantity? left, ResourceQuantity? right) => !(left < right);

    public int CompareTo(ResourceQuantity? other) => other is null ? 1 : nanos.CompareTo(other.nanos);

    public bool Equals(ResourceQuantity? other) => other is not null && nanos == other.nanos;

    public override bool Equals(object? obj) => Equals(obj as ResourceQuantity);

    public override int GetHashCode() => nanos.GetHashCode();

    public override string ToString() => text;

    private static bool TryParseNanos(string? text, out BigInteger nanos)
    {
        nanos = default;
        if (string.IsNullOrEmpty(text) || text.Length > 64)
        {
            return false;
        }

        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '+' or '-'))
        {
            end++;
        }

        return TryParseNumber(text.AsSpan(0, end), out var digits, out var decimals)
            && TryParseSuffix(text[end..], out var multiplier, out var exponent)
            && TryScale(digits * multiplier, exponent - decimals + 9, out nanos);
    }

    private static bool TryParseNumber(ReadOnlySpan<char> number, out BigInteger digits, out int decimals)
    {
        digits = default;
        decimals = 0;
        var negative = number.StartsWith("-");
        if (negative || number.StartsWith("+"))
        {
            number = number[1..];
        }

        var point = number.IndexOf('.');
        if (point >= 0)
        {
            decimals = number.Length - point - 1;
        }

        var plain = point < 0 ? number.ToString() : string.Concat(number[..point], number[(point + 1)..]);
        if (plain.Length == 0 || !BigInteger.TryParse(plain, NumberStyles.None, CultureInfo.InvariantCulture, out digits))
        {
            return false;
        }

        digits = negative ? -digits : digits;
        return true;
    }

    private static bool TryParseSuffix(string suffix, out BigInteger multiplier, out int exponent)
    {
        multiplier = BigInteger.One;
        exponent = 0;
        switch (suffix)
        {
            case "":
                return true;
            case "Ki" or "Mi" or "Gi" or "Ti" or "Pi" or "Ei":
                multiplier = BigInteger.One << (10 * ("KMGTPE".IndexOf(suffix[0]) + 1));
                return true;
            case "n" or "u" or "m":
                exponent = -9 + (3 * "num".IndexOf(suffix[0]));
                return true;
            case "k" or "M" or "G" or "T" or "P" or "E":
                exponent = 3 * ("kMGTPE".IndexOf(suffix[0]) + 1);
                return true;
            default:
                return suffix[0] is 'e' or 'E'
                    && int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                    && Math.Abs(exponent) <= 100;
        }
    }

    // Kubernetes rounds what is finer than a nano away from zero.
    private static bool TryScale(BigInteger value, int exponent, out BigInteger nanos)
    {
        if (exponent >= 0)
        {
            nanos = value * BigInteger.Pow(10, exponent);
            return true;
        }

        nanos = BigInteger.DivRem(value, BigInteger.Pow(10, -exponent), out var rest) + rest.Sign;
        return true;
    }
}
