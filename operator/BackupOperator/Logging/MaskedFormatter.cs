using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;

namespace BackupOperator.Logging;

/// <summary>Masks secrets in what another formatter writes.</summary>
internal sealed class MaskedFormatter(ITextFormatter inner, SecretMask mask) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        inner.Format(logEvent, text);
        output.Write(mask.Apply(text.ToString()));
    }
}
