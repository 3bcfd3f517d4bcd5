namespace BackupOperator.LocalCluster.Controllers.Jobs;

/// <summary>The conditions of a Job.</summary>
internal static class JobStatus
{
    public const string Complete = "Complete";
    public const string Failed = "Failed";

    /// <summary>The Job will fail; its pods are being stopped.</summary>
    public const string FailureTarget = "FailureTarget";

    /// <summary>The Job will be complete; its pods are being stopped.</summary>
    public const string SuccessCriteriaMet = "SuccessCriteriaMet";
    public const string Suspended = "Suspended";

    public static bool IsFinished(V1Job job) => Is(job.Status, Complete) || Is(job.Status, Failed);

    public static bool Is(V1JobStatus? status, string type) =>
        status?.Conditions?.Any(condition => condition.Type == type && condition.Status == "True") == true;

    public static V1Condition? Find(V1JobStatus status, string type) =>
        status.Conditions?.FirstOrDefault(condition => condition.Type == type && condition.Status == "True");

    public static void Set(V1JobStatus status, string type, bool value, string reason, string message, DateTimeOffset now)
    {
        status.Conditions ??= [];
        var text = value ? "True" : "False";
        var index = status.Conditions.FindIndex(condition => condition.Type == type);
        var condition = new V1Condition { Type = type, Status = text, Reason = reason, Message = message, LastTransitionTime = now };
        if (index < 0)
        {
            status.Conditions.Add(condition);
        }
        else if (status.Conditions[index].Status != text)
        {
            status.Conditions[index] = condition;
        }
    }
}
