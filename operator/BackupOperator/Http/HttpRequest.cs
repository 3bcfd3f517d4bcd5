using System.Text;

namespace BackupOperator.Http;

/// <summary>The first line of a request; nothing else of it matters here.</summary>
internal sealed record HttpRequest(string Method, string Path)
{
    /// <returns>Null where it is none of HTTP/1.0 or 1.1 (RFC 9112, 3).</returns>
    public static HttpRequest? Parse(ReadOnlySpan<byte> head)
    {
        var line = head[..head.IndexOf((byte)'\n')].TrimEnd((byte)'\r');
        var words = Encoding.Latin1.GetString(line).Split(' ');
        return words is [{ Length: > 0 } method, ['/', ..] target, "HTTP/1.1" or "HTTP/1.0"]
            ? new HttpRequest(method, target.Split('?')[0])
            : null;
    }
}
