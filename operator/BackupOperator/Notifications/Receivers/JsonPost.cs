using System.Net;
using System.Net.Http.Headers;

namespace BackupOperator.Notifications.Receivers;

/// <summary>Posts JSON, and tells what may be tried again from what may not.</summary>
internal static class JsonPost
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <exception cref="DeliveryException">No 2xx.</exception>
    public static async Task SendAsync(
        HttpClient http, string address, byte[] body, IEnumerable<KeyValuePair<string, string>> headers, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
        {
            throw new DeliveryException("its address is no http(s) address", final: true);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } },
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(_ => limit.Cancel(), null, Timeout, System.Threading.Timeout.InfiniteTimeSpan);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (!answer.IsSuccessStatusCode)
            {
                throw new DeliveryException($"it answered {(int)answer.StatusCode}", IsFinal(answer.StatusCode), answer.Headers.RetryAfter?.Delta);
            }
        }
        catch (HttpRequestException e)
        {
            throw new DeliveryException($"it cannot be reached ({e.HttpRequestError})");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DeliveryException($"it did not answer within {Timeout.TotalSeconds:0} s");
        }
    }

    private static bool IsFinal(HttpStatusCode status) => (int)status is >= 300 and < 500
        && status is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or (HttpStatusCode)425);
}
