using System.Net;
using System.Net.Http.Headers;
using System.Xml;
using System.Xml.Linq;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>
/// Reads the body of an error: <c>&lt;Error&gt;&lt;Code&gt;…&lt;/Code&gt;&lt;Message&gt;…&lt;/Message&gt;&lt;/Error&gt;</c> (Amazon S3 API
/// reference, "Error responses").
/// </summary>
internal static class S3ErrorAnswer
{
    private const int Largest = 64 << 10;
    private static readonly TimeSpan LongestWish = TimeSpan.FromSeconds(60);

    public static async Task<S3RequestException> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var (code, message) = Parse(await TextAsync(response, cancellationToken));
        return new S3RequestException(response.StatusCode, code ?? response.StatusCode.ToString(), message ?? "", WishOf(response.Headers.RetryAfter));
    }

    /// <summary>The code of an error that stays readable for whoever comes after.</summary>
    public static async Task<string?> PeekCodeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength is not (> 0 and <= Largest))
        {
            return null;
        }

        await response.Content.LoadIntoBufferAsync(Largest, cancellationToken);
        return Parse(await response.Content.ReadAsStringAsync(cancellationToken)).Code;
    }

    public static TimeSpan? WishOf(RetryConditionHeaderValue? header) =>
        header?.Delta is not { } wish ? null : wish < LongestWish ? wish : LongestWish;

    private static (string? Code, string? Message) Parse(string body)
    {
        try
        {
            var error = body.Length == 0 ? null : XDocument.Parse(body).Root;
            return (Child(error, "Code"), Child(error, "Message"));
        }
        catch (XmlException)
        {
            // A page of some proxy in between.
            return (null, null);
        }
    }

    private static string? Child(XElement? error, string name) => error?.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;

    private static async Task<string> TextAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[Largest];
        var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, count);
    }
}
