namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>Events must lie in the namespace of what they are about.</summary>
internal sealed class EventStrategy : ResourceStrategy
{
    public override IEnumerable<FieldError> Validate(JsonObject body)
    {
        var about = body.Text("involvedObject", "namespace") ?? "";
        var @namespace = body.Text("metadata", "namespace") ?? "";
        if (about.Length == 0 ? @namespace is not ("default" or "kube-system") : about != @namespace)
        {
            yield return FieldError.Invalid("involvedObject.namespace", JsonValue.Create(about), "does not match event.namespace");
        }
    }
}
