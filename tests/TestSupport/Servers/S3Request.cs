using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BackupOperator.TestSupport.Servers;

/// <summary>One signed S3 request without a body (AWS Signature Version 4), for preparing buckets in tests.</summary>
public static class S3Request
{
    private const string EmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    public static async Task<string> SendAsync(HttpMethod method, Uri uri, string accessKey, string secretKey, CancellationToken cancellationToken = default)
    {
        var now = TimeProvider.System.GetUtcNow();
        var stamp = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{stamp[..8]}/us-east-1/s3/aws4_request";
        var canonical = string.Join('\n', method.Method, uri.AbsolutePath, uri.Query.TrimStart('?'), $"host:{uri.Authority}", $"x-amz-content-sha256:{EmptyHash}", $"x-amz-date:{stamp}", "", "host;x-amz-content-sha256;x-amz-date", EmptyHash);
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
        request.Headers.TryAddWithoutValidation("x-amz-content-sha256", EmptyHash);
        request.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential={accessKey}/{scope}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}");
        using var response = await client.SendAsync(request, cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? body
            : throw new InvalidOperationException($"{method} {uri} was answered {(int)response.StatusCode}: {body}");
    }
}
