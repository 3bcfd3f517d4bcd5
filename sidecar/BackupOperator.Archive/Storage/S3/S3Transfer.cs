using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>
/// The requests that move bytes. They go past the SDK, which would hash and copy each byte once more; the bytes are proved
/// by a digest that the store compares, and whoever stands still is noticed. Errors are as HttpClient throws them, or
/// <see cref="S3RequestException"/>; each call is one attempt.
/// </summary>
internal sealed class S3Transfer(HttpClient http, Uri bucket, S3StoreOptions options)
{
    // Smaller ones are sent before a store could say that it does not want them.
    private const int AskBefore = 1 << 20;
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private readonly BandwidthLimiter? _limiter = options.BandwidthLimit is { } limit ? new BandwidthLimiter(limit, options.Retry.Time) : null;

    /// <param name="sha256">Of the content, in hex digits. It is signed, and the store refuses other bytes.</param>
    /// <returns>The tag that the store gave to the part.</returns>
    public Task<string> PutPartAsync(string key, string uploadId, int number, ReadOnlyMemory<byte> content, string sha256, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, UriOf(key, $"partNumber={number}&uploadId={Uri.EscapeDataString(uploadId)}"));
        return PutAsync(request, content, sha256, cancellationToken);
    }

    /// <param name="headers">More headers; null values are left out.</param>
    public Task<string> PutObjectAsync(string key, ReadOnlyMemory<byte> content, IEnumerable<(string Name, string? Value)> headers, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, UriOf(key));
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return PutAsync(request, content, Convert.ToHexStringLower(SHA256.HashData(content.Span)), cancellationToken);
    }

    /// <summary>Reads into a buffer and says of every piece that has come; the object may end before the buffer does.</summary>
    public async Task GetAsync(string key, long offset, Memory<byte> buffer, Action<int> came, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, UriOf(key));
        request.Options.Set(SigningHandler.Payload, SignatureV4.EmptyPayload);
        request.Headers.Range = new RangeHeaderValue(offset, offset + buffer.Length - 1);
        using var guard = new StallGuard(options.StallTimeout, options.Retry.Time, cancellationToken);
        try
        {
            guard.Expect(options.RequestTimeout);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, guard.Token);
            await RequireSuccessAsync(response, guard.Token);
            if (response.StatusCode != HttpStatusCode.PartialContent && offset != 0)
            {
                throw new StorageException(StorageFailure.Refused, $"{request.RequestUri}: the store ignores ranges.");
            }

            guard.Begin();
            await using var body = await response.Content.ReadAsStreamAsync(guard.Token);
            while (!buffer.IsEmpty && await body.ReadAsync(buffer, guard.Token) is > 0 and var read)
            {
                guard.Moved(read);
                came(read);
                buffer = buffer[read..];
            }
        }
        catch (Exception) when (guard.IsStalled)
        {
            throw guard.Explain();
        }
    }

    private async Task<string> PutAsync(HttpRequestMessage request, ReadOnlyMemory<byte> content, string sha256, CancellationToken cancellationToken)
    {
        using var guard = new StallGuard(options.StallTimeout, options.Retry.Time, cancellationToken);
        using (request)
        {
            request.Content = new GuardedContent(content, _limiter, guard, options.RequestTimeout);
            request.Headers.ExpectContinue = content.Length >= AskBefore;
            request.Options.Set(SigningHandler.Payload, sha256);

            try
            {
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, guard.Token);
                await RequireSuccessAsync(response, guard.Token);
                return response.Headers.NonValidated.TryGetValues("ETag", out var tag) ? tag.ToString().Trim('"') : "";
            }
            catch (Exception) when (guard.IsStalled)
            {
                throw guard.Explain();
            }
        }
    }

    private static async Task RequireSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw await S3ErrorAnswer.ReadAsync(response, cancellationToken);
        }
    }

    private Uri UriOf(string key, string? query = null)
    {
        var path = string.Join('/', key.Split('/').Select(Uri.EscapeDataString));
        return new Uri($"{bucket.AbsoluteUri}{path}{(query is null ? "" : $"?{query}")}", AsItIs);
    }
}
