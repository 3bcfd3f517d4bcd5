namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>Events of core/v1 must lie in the namespace of what they are about; those of events.k8s.io must say who did what.</summary>
internal sealed class EventStrategy(bool isNew) : ResourceStrategy
{
    private const int LongestNote = 1024;

    public override IEnumerable<FieldError> Validate(JsonObject body)
    {
        var about = body.Text("involvedObject", "namespace") ?? "";
        var @namespace = body.Text("metadata", "namespace") ?? "";
        if (!isNew && (about.Length == 0 ? @namespace is not ("default" or "kube-system") : about != @namespace))
        {
            yield return FieldError.Invalid("involvedObject.namespace", JsonValue.Create(about), "does not match event.namespace");
        }

        if (!isNew || body["deprecatedFirstTimestamp"] is not null)
        {
            yield break;
        }

        foreach (var name in (string[])["eventTime", "reportingController", "reportingInstance", "action", "reason"])
        {
            if (string.IsNullOrEmpty(body.Text(name)))
            {
                yield return FieldError.Required(name);
            }
        }

        if (body.Text("type") is not ("Normal" or "Warning"))
        {
            yield return FieldError.Invalid("type", body["type"] ?? JsonValue.Create(""), "has invalid value: ");
        }

        if ((body.Text("note") ?? "").Length > LongestNote)
        {
            yield return FieldError.Invalid("message", JsonValue.Create(""), "can have at most 1024 characters");
        }
    }
}
