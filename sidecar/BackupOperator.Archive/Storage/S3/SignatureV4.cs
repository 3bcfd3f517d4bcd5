using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Amazon.Runtime;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>AWS Signature Version 4 in the Authorization header (Amazon S3 API reference, "Authenticating Requests").</summary>
internal static partial class SignatureV4
{
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    /// <summary>SHA-256 of nothing.</summary>
    public const string EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Date = "x-amz-date";
    private const string ContentHash = "x-amz-content-sha256";
    private const string SecurityToken = "x-amz-security-token";

    /// <summary>Signs a request, also one that was signed before.</summary>
    /// <param name="payload">SHA-256 of the body in hex digits, or <see cref="UnsignedPayload"/>.</param>
    public static void Sign(HttpRequestMessage request, ImmutableCredentials credentials, string region, DateTimeOffset now, string payload)
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        Set(request, Date, time);
        Set(request, ContentHash, payload);
        Set(request, SecurityToken, credentials.UseToken ? credentials.Token : null);

        var headers = Headers(request);
        var names = string.Join(';', headers.Select(header => header.Name));
        var canonical = string.Join(
            '\n',
            [request.Method.Method, request.RequestUri!.AbsolutePath, Query(request.RequestUri), .. headers.Select(header => $"{header.Name}:{header.Value}"), "", names, payload]);
        var scope = $"{time[..8]}/{region}/s3/aws4_request";
        var toSign = $"{Algorithm}\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Encoding.UTF8.GetBytes($"AWS4{credentials.SecretKey}");
        foreach (var part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        Set(request, "Authorization", $"{Algorithm} Credential={credentials.AccessKey}/{scope}, SignedHeaders={names}, Signature={signature}");
    }

    private static void Set(HttpRequestMessage request, string name, string? value)
    {
        request.Headers.Remove(name);
        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    // What must be signed, and what would change the meaning of the request.
    private static List<(string Name, string Value)> Headers(HttpRequestMessage request) =>
    [
        .. request.Headers.NonValidated.Concat(request.Content?.Headers.NonValidated ?? default)
            .Select(header => (Name: header.Key.ToLowerInvariant(), Value: Spaces().Replace(string.Join(',', header.Value), " ").Trim()))
            .Where(header => header.Name.StartsWith("x-amz-", StringComparison.Ordinal) || header.Name is "content-md5" or "content-type" or "range")
            .Append((Name: "host", Value: request.Headers.Host ?? request.RequestUri!.Authority))
            .OrderBy(header => header.Name, StringComparer.Ordinal),
    ];

    private static string Query(Uri uri) => string.Join(
        '&',
        uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(item => item.Contains('=', StringComparison.Ordinal) ? item : $"{item}=").Order(StringComparer.Ordinal));

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();
}
