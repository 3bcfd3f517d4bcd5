using Amazon.S3;
using Amazon.S3.Model;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>What all requests of a bucket have in common: keys, time limits, repetitions, and the form of their errors.</summary>
internal sealed class S3Requests : IDisposable
{
    private readonly S3Clock _clock;
    private readonly HttpClient _http;
    private readonly Lazy<S3Transfer> _transfer;
    private volatile bool _ignoresConditions;
    private volatile bool _wasAccepted;

    public S3Requests(S3StoreOptions options)
    {
        Options = options;
        _clock = new S3Clock(options.Retry.Time);
        var config = S3Clients.Configure(options);
        var region = config.AuthenticationRegion ?? config.RegionEndpoint?.SystemName ?? "us-east-1";
        _http = new HttpClient(new SigningHandler(S3Credentials.Create(options, config), _clock, region, S3Clients.CreateHandler(options))) { Timeout = Timeout.InfiniteTimeSpan };
        Client = S3Clients.Create(config, _http);
        _transfer = new Lazy<S3Transfer>(() => new S3Transfer(_http, BucketUri(), options));
    }

    public S3StoreOptions Options { get; }

    public AmazonS3Client Client { get; }

    public S3Transfer Transfer => _transfer.Value;

    public S3Lifecycle Lifecycle => new(_http, BucketUri(), Options);

    public string Describe(string key) => $"s3://{Options.Bucket}/{FullKey(key)}";

    public string FullKey(string key) => Options.Prefix.Length == 0 ? key : $"{Options.Prefix}/{key}";

    public string OwnKey(string key) => Options.Prefix.Length == 0 ? key : key[(Options.Prefix.Length + 1)..];

    public static bool IsPack(string key) => key.EndsWith(".pack", StringComparison.Ordinal);

    public static string? Unquote(string? etag) => etag?.Trim('"');

    public static DateTimeOffset? Utc(DateTime? time) =>
        time is { } value ? new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc)) : null;

    /// <summary>A request of the SDK, which knows no time limit that could be relied on.</summary>
    public Task<T> AskAsync<T>(string what, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken) => RunAsync(
        what,
        async token =>
        {
            using var guard = new StallGuard(Options.RequestTimeout, Options.Retry.Time, token);
            try
            {
                return await request(guard.Token);
            }
            catch (Exception) when (guard.IsStalled)
            {
                throw guard.Explain();
            }
        },
        cancellationToken);

    /// <exception cref="StorageException">It failed for good.</exception>
    public async Task<T> RunAsync<T>(string what, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await Options.Retry.RunAsync(
                async token =>
                {
                    var result = await request(token);
                    _wasAccepted = true;
                    return result;
                },
                error => S3Errors.ShouldRetry(S3Errors.Normalize(error), _wasAccepted),
                cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw S3Errors.Translate(S3Errors.Normalize(error), what, Options, _clock);
        }
    }

    /// <summary>Creates only what is not there, unless the store does not know how.</summary>
    public async Task<T> UnlessUnconditional<T>(bool isConditional, Func<bool, Task<T>> request)
    {
        try
        {
            return await request(isConditional && !_ignoresConditions);
        }
        catch (Exception error) when (isConditional && S3Errors.IsNotImplemented(error))
        {
            _ignoresConditions = true;
            return await request(false);
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        _http.Dispose();
    }

    // Where the bucket's name goes is for the SDK to know.
    private Uri BucketUri() =>
        new(((IAmazonS3)Client).DetermineServiceOperationEndpoint(new GetObjectRequest { BucketName = Options.Bucket, Key = "any" }).URL);
}
