namespace BackupOperator.LocalCluster.ApiServer.Errors;

/// <summary>An answer that is not a success: a <c>meta/v1 Status</c> with its HTTP code.</summary>
internal sealed class ApiStatusException(int code, string reason, string message, JsonObject? details = null, TimeSpan? retryAfter = null)
    : Exception(message)
{
    public int Code { get; } = code;

    public string Reason { get; } = reason;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>A <c>metadata</c> for the Status, such as the new continue token of an expired list.</summary>
    public JsonObject? StatusMetadata { get; init; }

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = StatusMetadata?.DeepClone() ?? new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason.Length > 0)
        {
            status["reason"] = Reason;
        }

        if (details is not null)
        {
            status["details"] = details.DeepClone();
        }

        status["code"] = Code;
        return status;
    }
}
