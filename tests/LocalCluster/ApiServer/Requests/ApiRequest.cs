using BackupOperator.LocalCluster.ApiServer.Authentication;
using BackupOperator.LocalCluster.ApiServer.Registry;
using Microsoft.AspNetCore.Http;

namespace BackupOperator.LocalCluster.ApiServer.Requests;

/// <summary>A request for a resource, with who asks and what serves it.</summary>
internal sealed record ApiRequest(HttpContext Http, RequestInfo Info, UserInfo User, ResourceDefinition Definition)
{
    public CancellationToken Aborted => Http.RequestAborted;

    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null;

    public bool QueryFlag(string name) => Query(name) is "true" or "1";

    public long? QueryNumber(string name) => long.TryParse(Query(name), CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Who writes, for managedFields: the query's fieldManager, or the product of the User-Agent.</summary>
    public string FieldManager
    {
        get
        {
            if (Query("fieldManager") is { Length: > 0 } manager)
            {
                return manager;
            }

            var agent = Http.Request.Headers.UserAgent.ToString();
            var end = agent.AsSpan().IndexOfAny('/', ' ');
            var product = end < 0 ? agent : agent[..end];
            return product.Length == 0 ? "unknown" : product;
        }
    }

    /// <exception cref="ApiStatusException">dryRun is neither absent nor All.</exception>
    public bool DryRun => DryRunOf(Query("dryRun"));

    /// <summary>What to do with fields that the schema does not know.</summary>
    public FieldValidation FieldValidation => Query("fieldValidation") switch
    {
        null or "" or "Warn" => FieldValidation.Warn,
        "Strict" => FieldValidation.Strict,
        "Ignore" => FieldValidation.Ignore,
        var other => throw ApiErrors.Invalid("meta.k8s.io", "CreateOptions", "", [FieldError.NotSupported("fieldValidation", JsonValue.Create(other), ["", "Ignore", "Strict", "Warn"])]),
    };

    public static bool DryRunOf(string? value) => value switch
    {
        null or "" => false,
        "All" => true,
        _ => throw ApiErrors.Invalid("meta.k8s.io", "CreateOptions", "", [FieldError.NotSupported("dryRun", JsonValue.Create(value), ["All"])]),
    };
}
