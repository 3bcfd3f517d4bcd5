using System.Net;
using System.Security.Cryptography;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>
/// Signs every request on its way out, those of the SDK too. A refusal is taken once more to the store when there is a
/// reason to think that it will be seen differently: other credentials, or the store's own time.
/// </summary>
internal sealed class SigningHandler(S3Credentials credentials, S3Clock clock, string region, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>What to sign as the body's hash where the caller knows it; the body is read otherwise.</summary>
    public static readonly HttpRequestOptionsKey<string> Payload = new("payload");

    private const int LargestAnswer = 64 << 20;
    private static readonly string[] Expired = ["ExpiredToken", "InvalidToken", "TokenRefreshRequired", "RequestTimeTooSkewed"];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Options.TryGetValue(Payload, out var known);
        var payload = known ?? await HashAsync(request.Content, cancellationToken);
        for (var isRepeated = false; ; isRepeated = true)
        {
            var keys = await credentials.GetAsync(cancellationToken);
            SignatureV4.Sign(request, keys, region, clock.Now, payload);
            var response = await base.SendAsync(request, cancellationToken);
            if (known is null && request.Method != HttpMethod.Head)
            {
                // The SDK reads in a way that nothing can interrupt. The length that HEAD tells is the object's.
                await response.Content.LoadIntoBufferAsync(LargestAnswer, cancellationToken);
            }

            if (isRepeated || !await IsRefusedAsync(response, cancellationToken))
            {
                return response;
            }

            if (!clock.Learn(response.Headers.Date) && !await credentials.RenewAsync(keys, cancellationToken))
            {
                return response;
            }

            response.Dispose();
        }
    }

    private static async Task<bool> IsRefusedAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.StatusCode == HttpStatusCode.Forbidden
        || (response.StatusCode == HttpStatusCode.BadRequest && await S3ErrorAnswer.PeekCodeAsync(response, cancellationToken) is { } code && Expired.Contains(code));

    private static async Task<string> HashAsync(HttpContent? content, CancellationToken cancellationToken)
    {
        if (content is null)
        {
            return SignatureV4.EmptyPayload;
        }

        // The SDK's bodies are lists of parts at most; a repetition reads them again.
        await content.LoadIntoBufferAsync(LargestAnswer, cancellationToken);
        return Convert.ToHexStringLower(SHA256.HashData(await content.ReadAsByteArrayAsync(cancellationToken)));
    }
}
