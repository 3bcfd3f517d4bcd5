using System.Net;
using System.Net.Http.Headers;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Kubernetes.Configuration.Credentials;
using BackupOperator.Kubernetes.Metrics;

namespace BackupOperator.Kubernetes.Client;

/// <summary>Sends requests: credentials, timeouts, bounded retries.</summary>
internal sealed class ApiTransport : IDisposable
{
    private readonly KubernetesClientConfiguration configuration;
    private readonly KubernetesClientOptions options;
    private readonly TimeProvider time;
    private readonly Jitter jitter;
    private readonly HttpClient http;
    private volatile Credential? lastCredential;

    public ApiTransport(KubernetesClientConfiguration configuration, KubernetesClientOptions options, TimeProvider time, Jitter jitter)
    {
        this.configuration = configuration;
        this.options = options;
        this.time = time;
        this.jitter = jitter;
        // The HttpClient's own timeout would end every watch; each request has one of its own.
        http = new HttpClient(HandlerFactory.Create(configuration, () => lastCredential?.ClientCertificate)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <returns>The body of a successful answer.</returns>
    /// <exception cref="KubernetesApiException">The server refuses.</exception>
    /// <exception cref="KubernetesUnavailableException">There was no answer.</exception>
    public async Task<byte[]> SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? wish = null;
            try
            {
                return await TrySendAsync(request, cancellationToken);
            }
            catch (KubernetesApiException e) when (attempt < options.MaxAttempts && IsTransient(request, e))
            {
                wish = e.RetryAfter;
            }
            catch (KubernetesUnavailableException) when (attempt < options.MaxAttempts && request.Repeatable)
            {
            }

            await Task.Delay(Pause(attempt, wish), time, cancellationToken);
        }
    }

    /// <summary>Sends a request whose answer is a stream without an end; only its beginning has a timeout.</summary>
    public async Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.RequestTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        return await GuardAsync(request, () => ExchangeAsync(request, stop.Token), cancellationToken);
    }

    public void Dispose() => http.Dispose();

    private async Task<byte[]> TrySendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.RequestTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        return await GuardAsync(
            request,
            async () =>
            {
                using var response = await ExchangeAsync(request, stop.Token);
                return await response.Content.ReadAsByteArrayAsync(stop.Token);
            },
            cancellationToken);
    }

    private async Task<HttpResponseMessage> ExchangeAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var response = await SendOnceAsync(request, refresh: false, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            ApiMetrics.Count(request.Verb, (int)response.StatusCode);
            response.Dispose();
            response = await SendOnceAsync(request, refresh: true, cancellationToken);
        }

        ApiMetrics.Count(request.Verb, (int)response.StatusCode);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw ApiErrors.From(request, response, await response.Content.ReadAsByteArrayAsync(cancellationToken), time);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(ApiRequest request, bool refresh, CancellationToken cancellationToken)
    {
        lastCredential = await configuration.Credentials.GetAsync(refresh, cancellationToken);
        using var message = Build(request, lastCredential);
        return await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private HttpRequestMessage Build(ApiRequest request, Credential credential)
    {
        var message = new HttpRequestMessage(request.Method, configuration.Host.AbsoluteUri.TrimEnd('/') + request.ToRelativeUri())
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.UserAgent.ParseAdd(options.UserAgent);
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        // The handler takes the name for TLS (asked for, and verified) from here, and lets nobody else say it.
        message.Headers.Host = configuration.TlsServerName;
        message.Headers.Authorization = credential.Authorization;
        if (configuration.ImpersonateUser is { } user)
        {
            message.Headers.Add("Impersonate-User", user);
            foreach (var group in configuration.ImpersonateGroups)
            {
                message.Headers.Add("Impersonate-Group", group);
            }
        }

        if (request.Body is not null)
        {
            message.Content = new ByteArrayContent(request.Body) { Headers = { ContentType = new(request.ContentType) } };
        }

        return message;
    }

    private async Task<T> GuardAsync<T>(ApiRequest request, Func<Task<T>> send, CancellationToken cancellationToken)
    {
        try
        {
            return await send();
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            ApiMetrics.Count(request.Verb, 0);
            throw new KubernetesUnavailableException(
                $"{request}: no answer from {configuration.Host} within {options.RequestTimeout.TotalSeconds:0.#} s.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            ApiMetrics.Count(request.Verb, 0);
            throw new KubernetesUnavailableException($"{request}: {configuration.Host} cannot be reached: {Innermost(e)}", e);
        }
    }

    // 429 says that nothing was done; a 5xx only makes it probable.
    private static bool IsTransient(ApiRequest request, KubernetesApiException e) =>
        e.StatusCode == HttpStatusCode.TooManyRequests
        || (request.Repeatable
            && (e.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout
                || (e.StatusCode == HttpStatusCode.InternalServerError && e.RetryAfter is not null)));

    private TimeSpan Pause(int attempt, TimeSpan? wish)
    {
        var pause = options.RetryDelay * Math.Pow(2, attempt - 1);
        pause = wish > pause ? wish.Value : pause;
        return jitter.Spread(pause < options.MaxRetryDelay ? pause : options.MaxRetryDelay, 0.5);
    }

    private static string Innermost(Exception e) => e.InnerException is null ? e.Message : Innermost(e.InnerException);
}
