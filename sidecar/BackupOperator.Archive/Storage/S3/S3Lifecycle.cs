using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>
/// Reads and writes the lifecycle rules of a bucket as the XML that they are: an SDK's classes would lose what they do not
/// know. Each call is one attempt.
/// </summary>
internal sealed class S3Lifecycle(HttpClient http, Uri bucket, S3StoreOptions options)
{
    // Without it in the request, AWS sets it back to its default.
    private const string SmallObjects = "x-amz-transition-default-minimum-object-size";

    /// <returns>Whether something was written.</returns>
    public async Task<bool> ApplyAsync(IReadOnlyList<StorageTier> tiers, CancellationToken cancellationToken)
    {
        using var guard = new StallGuard(options.RequestTimeout, options.Retry.Time, cancellationToken);
        try
        {
            var (current, small) = await ReadAsync(guard.Token);
            if (LifecycleRules.Merge(current, options.Prefix, tiers) is not { } next)
            {
                return false;
            }

            // A configuration without rules is refused.
            using var response = LifecycleRules.Rules(next).Any()
                ? await SendAsync(HttpMethod.Put, Encoding.UTF8.GetBytes(next.ToString(SaveOptions.DisableFormatting)), small, guard.Token)
                : await SendAsync(HttpMethod.Delete, null, null, guard.Token);
            return response.IsSuccessStatusCode ? true : throw await S3ErrorAnswer.ReadAsync(response, guard.Token);
        }
        catch (Exception) when (guard.IsStalled)
        {
            throw guard.Explain();
        }
    }

    private async Task<(XElement? Rules, string? SmallObjects)> ReadAsync(CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, null, null, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var error = await S3ErrorAnswer.ReadAsync(response, cancellationToken);
            return response.StatusCode == HttpStatusCode.NotFound && error.Code == "NoSuchLifecycleConfiguration" ? (null, null) : throw error;
        }

        try
        {
            var small = response.Headers.NonValidated.TryGetValues(SmallObjects, out var value) ? value.ToString() : null;
            return (XDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).Root, small);
        }
        catch (XmlException error)
        {
            throw new StorageException(StorageFailure.Refused, $"The lifecycle rules of bucket {options.Bucket} cannot be understood: {error.Message}", error);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, byte[]? body, string? small, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri($"{bucket.AbsoluteUri}?lifecycle="));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/xml");
            request.Content.Headers.ContentMD5 = MD5.HashData(body);
        }

        if (small is not null)
        {
            request.Headers.TryAddWithoutValidation(SmallObjects, small);
        }

        return await http.SendAsync(request, cancellationToken);
    }
}
