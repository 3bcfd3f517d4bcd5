namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>Conditions in a status.</summary>
internal static class Conditions
{
    public static void Set(JsonObject body, string type, string value, string timestamp, string reason = "", string message = "")
    {
        var status = body.Child("status");
        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        var condition = conditions.OfType<JsonObject>().FirstOrDefault(entry => entry.Text("type") == type);
        if (condition is null)
        {
            condition = new JsonObject { ["type"] = type };
            conditions.Add(condition);
        }

        if (condition.Text("status") != value)
        {
            condition["status"] = value;
            condition["lastTransitionTime"] = timestamp;
        }

        if (reason.Length > 0)
        {
            condition["reason"] = reason;
            condition["message"] = message;
        }
    }
}
