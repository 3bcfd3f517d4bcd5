using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BackupOperator.TestSupport.Servers;

/// <summary>One signed S3 request (AWS Signature Version 4), for preparing buckets in tests.</summary>
public static class S3Request
{
    public static Task<string> SendAsync(HttpMethod method, Uri uri, string accessKey, string secretKey, CancellationToken cancellationToken = default) =>
        SendAsync(method, uri, accessKey, secretKey, body: "", cancellationToken);

    /// <param name="body">XML.</param>
    public static async Task<string> SendAsync(HttpMethod method, Uri uri, string accessKey, string secretKey, string body, CancellationToken cancellationToken = default)
    {
        var content = Encoding.UTF8.GetBytes(body);
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        var now = TimeProvider.System.GetUtcNow();
        var stamp = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{stamp[..8]}/us-east-1/s3/aws4_request";
        var canonical = string.Join('\n', method.Method, uri.AbsolutePath, uri.Query.TrimStart('?'), $"host:{uri.Authority}", $"x-amz-content-sha256:{hash}", $"x-amz-date:{stamp}", "", "host;x-amz-content-sha256;x-amz-date", hash);
        var toSign = string.Join('\n', "AWS4-HMAC-SHA256", stamp, scope, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        var key = Encoding.UTF8.GetBytes($"AWS4{secretKey}");
        foreach (var part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, uri);
        request.Headers.TryAddWithoutValidation("x-amz-date", stamp);
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", hash);
        request.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential={accessKey}/{scope}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}");
        if (content.Length > 0)
        {
            request.Content = new ByteArrayContent(content);
            request.Content.Headers.ContentMD5 = MD5.HashData(content);
        }

        using var response = await client.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? answer
            : throw new InvalidOperationException($"{method} {uri} was answered {(int)response.StatusCode}: {answer}");
    }
}
