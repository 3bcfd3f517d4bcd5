using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace BackupOperator.LocalCluster.Tests.ApiServer.Support;

/// <summary>Raw HTTP to an API server as one user.</summary>
public sealed class ApiClient(string url, string? token)
{
    public const string MergePatch = "application/merge-patch+json";
    public const string JsonPatch = "application/json-patch+json";
    public const string StrategicPatch = "application/strategic-merge-patch+json";
    public const string ApplyPatch = "application/apply-patch+yaml";
    public const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // The tests know whom they talk to: certificates are the business of the kubectl tests.
#pragma warning disable CA5399, CA5400, MA0039
    private static readonly HttpClient Http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true }) { Timeout = Patience };
#pragma warning restore CA5399, CA5400, MA0039

    public ApiClient As(string otherToken) => new(url, otherToken);

    public Task<ApiAnswer> Get(string path, string? accept = null) => SendAsync(HttpMethod.Get, path, null, null, accept);

    public Task<ApiAnswer> Create(string path, JsonNode body) => SendAsync(HttpMethod.Post, path, body, "application/json");

    public Task<ApiAnswer> Update(string path, JsonNode body) => SendAsync(HttpMethod.Put, path, body, "application/json");

    public Task<ApiAnswer> Patch(string path, JsonNode body, string type = MergePatch) => SendAsync(HttpMethod.Patch, path, body, type);

    public Task<ApiAnswer> Apply(string path, JsonNode body, string manager, bool force = false) =>
        SendAsync(HttpMethod.Patch, $"{path}?fieldManager={manager}&force={(force ? "true" : "false")}", body, ApplyPatch);

    public Task<ApiAnswer> Delete(string path, JsonNode? options = null) => SendAsync(HttpMethod.Delete, path, options, "application/json");

    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, JsonNode? body, string? contentType, string? accept = null)
    {
        using var request = Request(method, path, accept);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType!);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var json = text.StartsWith('{') ? JsonNode.Parse(text)! : new JsonObject { ["text"] = text };
        var warnings = response.Headers.TryGetValues("Warning", out var values) ? values.ToList() : [];
        return new ApiAnswer((int)response.StatusCode, json, warnings);
    }

    /// <summary>The messages of a watch until it ends, or until nothing comes for a while.</summary>
    public async IAsyncEnumerable<JsonNode> Watch(string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        using var request = Request(HttpMethod.Get, path, null);
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(timeout.Token));
        while (await reader.ReadLineAsync(timeout.Token) is { } line)
        {
            yield return JsonNode.Parse(line)!;
        }
    }

    /// <summary>Asks again until an answer fits.</summary>
    public async Task<ApiAnswer> Eventually(string path, Func<ApiAnswer, bool> fits)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await Get(path);
            if (fits(answer))
            {
                return answer;
            }

            timeout.IsCancellationRequested.ShouldBeFalse($"{path} stays {answer.Json.ToJsonString()}");
            await Task.Delay(50);
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string? accept)
    {
        var request = new HttpRequestMessage(method, url + path);
        request.Headers.TryAddWithoutValidation("User-Agent", "semantics/1");
        request.Headers.TryAddWithoutValidation("Accept", accept ?? "application/json");
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        return request;
    }
}
