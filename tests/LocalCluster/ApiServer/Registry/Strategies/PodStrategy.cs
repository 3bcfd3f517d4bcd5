namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>Pods start Pending and are deleted gracefully: the kubelet removes them with a grace period of 0.</summary>
internal sealed class PodStrategy : ResourceStrategy
{
    public override void PrepareForCreate(JsonObject body, StrategyContext context)
    {
        body["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService.Of(body) };
        body.Child("spec")["enableServiceLinks"] ??= true;
        PodDefaults.Apply(body["spec"] as JsonObject);
        ServiceAccountAdmission.Apply(body, context);
    }

    public override IEnumerable<FieldError> ValidateUpdate(JsonObject body, JsonObject old)
    {
        var wanted = Fixed(body);
        var present = Fixed(old);
        return JsonNodes.Same(wanted, present)
            ? []
            : [FieldError.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n")];
    }

    /// <inheritdoc/>
    /// <remarks>Pods that no kubelet runs, or that are over, go at once (<c>podStrategy.CheckGracefulDelete</c>).</remarks>
    public override long GracePeriodSeconds(JsonObject body, long? asked)
    {
        var period = asked ?? body.Number("spec", "terminationGracePeriodSeconds") ?? 30;
        var unscheduled = string.IsNullOrEmpty(body.Text("spec", "nodeName"));
        return unscheduled || body.Text("status", "phase") is "Failed" or "Succeeded" ? 0 : Math.Max(period, 0);
    }

    /// <summary>The spec without what may change.</summary>
    private static JsonObject Fixed(JsonObject body)
    {
        var spec = body["spec"] is JsonObject present ? JsonNodes.CopyObject(present) : [];
        spec.Remove("activeDeadlineSeconds");
        spec.Remove("tolerations");
        foreach (var list in (string[])["containers", "initContainers"])
        {
            foreach (var container in spec.Objects(list))
            {
                container.Remove("image");
            }
        }

        return spec;
    }
}
