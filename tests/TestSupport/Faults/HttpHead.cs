using System.Globalization;
using System.Text;

namespace BackupOperator.TestSupport.Faults;

/// <summary>The first line and the headers of an HTTP/1.1 message, with the bytes as they came.</summary>
internal sealed class HttpHead
{
    private const int Largest = 64 << 10;

    private HttpHead(byte[] raw, string firstLine, Dictionary<string, string> headers)
    {
        Raw = raw;
        FirstLine = firstLine;
        Headers = headers;
    }

    public byte[] Raw { get; }

    public string FirstLine { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    public int Status => int.Parse(FirstLine.Split(' ')[1], CultureInfo.InvariantCulture);

    public long ContentLength => Headers.TryGetValue("Content-Length", out var length) ? long.Parse(length, CultureInfo.InvariantCulture) : 0;

    public bool IsChunked => Headers.TryGetValue("Transfer-Encoding", out var encoding) && encoding.Equals("chunked", StringComparison.OrdinalIgnoreCase);

    public bool ExpectsContinue => Headers.TryGetValue("Expect", out var expect) && expect.Equals("100-continue", StringComparison.OrdinalIgnoreCase);

    public bool Closes => Headers.TryGetValue("Connection", out var connection) && connection.Equals("close", StringComparison.OrdinalIgnoreCase);

    /// <returns>Null when the other side has ended the connection.</returns>
    public static async Task<HttpHead?> ReadAsync(LineStream from, CancellationToken cancellationToken)
    {
        using var raw = new MemoryStream();
        string? first = null;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await from.ReadLineAsync(cancellationToken) is { } bytes && raw.Length < Largest)
        {
            raw.Write(bytes);
            var line = Encoding.Latin1.GetString(bytes).TrimEnd('\r', '\n');
            if (first is null)
            {
                first = line;
            }
            else if (line.Length == 0)
            {
                return new HttpHead(raw.ToArray(), first, headers);
            }
            else if (line.Split(':', 2) is [var name, var value])
            {
                headers[name] = value.Trim();
            }
        }

        return null;
    }
}
