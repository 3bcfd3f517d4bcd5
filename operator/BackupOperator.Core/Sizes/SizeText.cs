using System.Globalization;

namespace BackupOperator.Core.Sizes;

/// <summary>Sizes as people read them.</summary>
public static class SizeText
{
    private static readonly string[] Units = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    /// <summary>A quantity of about three digits, such as <c>1.52Gi</c>.</summary>
    public static string Format(long bytes)
    {
        var value = (double)bytes;
        var unit = 0;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        var format = unit == 0 ? "0" : value < 10 ? "0.##" : value < 100 ? "0.#" : "0";
        return value.ToString(format, CultureInfo.InvariantCulture) + Units[unit];
    }
}
