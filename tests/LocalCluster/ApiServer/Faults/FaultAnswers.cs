namespace BackupOperator.LocalCluster.ApiServer.Faults;

/// <summary>The answers that the API server gives with a code.</summary>
internal static class FaultAnswers
{
    public static ApiStatusException Of(int code, Fault fault)
    {
        var (reason, message) = code switch
        {
            401 => ("Unauthorized", "Unauthorized"),
            403 => ("Forbidden", "forbidden: injected"),
            404 => ("NotFound", "the server could not find the requested resource"),
            409 => ("Conflict", "Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again"),
            410 => ("Expired", "The resourceVersion for the provided list is too old."),
            429 => ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
            500 => ("InternalError", "Internal error occurred: injected"),
            503 => ("ServiceUnavailable", "the server is currently unable to handle the request"),
            504 => ("Timeout", "Timeout: request did not complete within the allotted timeout"),
            _ => ("", $"injected answer {code}"),
        };
        return new ApiStatusException(code, fault.Reason.Length > 0 ? fault.Reason : reason, fault.Message ?? message, [], fault.RetryAfter);
    }
}
