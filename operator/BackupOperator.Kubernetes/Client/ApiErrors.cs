using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.Client;

/// <summary>Turns answers into <see cref="KubernetesApiException"/>s.</summary>
internal static class ApiErrors
{
    private const int MaxForeignText = 200;

    public static KubernetesApiException From(ApiRequest request, HttpResponseMessage response, byte[] body, TimeProvider time)
    {
        var status = ReadStatus(body);
        var retryAfter = RetryAfter(response.Headers.RetryAfter, time)
            ?? (status?.Details?.RetryAfterSeconds is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null);
        return new(response.StatusCode, status?.Reason, $"{request}: {(int)response.StatusCode} {Text(status, response, body)}", retryAfter)
        {
            Causes = status?.Details?.Causes ?? [],
        };
    }

    /// <summary>From the object of an ERROR event of a watch.</summary>
    public static KubernetesApiException From(ApiRequest request, V1Status? status)
    {
        var code = status?.Code ?? (int)HttpStatusCode.InternalServerError;
        return new((HttpStatusCode)code, status?.Reason, $"watch of {request.Path}: {code} {status?.Message ?? status?.Reason}");
    }

    public static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, TimeProvider time)
    {
        var delay = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }

    private static string Text(V1Status? status, HttpResponseMessage response, byte[] body)
    {
        if (!string.IsNullOrEmpty(status?.Message ?? status?.Reason))
        {
            return status!.Message ?? status.Reason!;
        }

        // A proxy or load balancer answered, not the API server.
        var text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, MaxForeignText))).Trim();
        return text.Length == 0 ? response.ReasonPhrase ?? response.StatusCode.ToString() : text;
    }

    private static V1Status? ReadStatus(byte[] body)
    {
        try
        {
            var status = JsonSerializer.Deserialize<V1Status>(body, KubernetesJson.Options);
            return status?.Kind == "Status" ? status : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
