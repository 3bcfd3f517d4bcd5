using System.Text;

namespace BackupOperator.Http;

/// <summary>An answer to a request.</summary>
internal sealed record HttpReply(int Status, ReadOnlyMemory<byte> Body, string ContentType = HttpReply.PlainText)
{
    public const string PlainText = "text/plain; charset=utf-8";

    public static HttpReply Text(int status, string text) => new(status, Encoding.UTF8.GetBytes(text + "\n"));

    /// <summary>The status line and the headers (RFC 9112). Every answer is the last one on its connection.</summary>
    public byte[] Head() => Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {Status} {Reason}\r\nContent-Type: {ContentType}\r\nContent-Length: {Body.Length}\r\n"
        + $"{(Status == 405 ? "Allow: GET, HEAD\r\n" : "")}Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n");

    private string Reason => Status switch
    {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    };
}
