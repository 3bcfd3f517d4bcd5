namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>A Job selects its pods by its own uid, and its template never changes.</summary>
internal sealed class JobStrategy : ResourceStrategy
{
    private static readonly string[] Immutable = ["completions", "selector", "template", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"];

    /// <inheritdoc/>
    /// <remarks>For compatibility the pods of a batch/v1 Job stay when the deletion names no propagation (<c>jobStrategy.DefaultGarbageCollectionPolicy</c>).</remarks>
    public override string DefaultPropagation => "Orphan";

    public override void PrepareForCreate(JsonObject body, StrategyContext context)
    {
        body["status"] = new JsonObject();
        Default(body);
        var spec = body.Child("spec");
        if (spec.Flag("manualSelector"))
        {
            return;
        }

        var uid = body.Text("metadata", "uid");
        var name = body.Text("metadata", "name");
        var labels = spec.Child("template").Child("metadata").Child("labels");
        labels["controller-uid"] = uid;
        labels["batch.kubernetes.io/controller-uid"] = uid;
        labels["job-name"] = name;
        labels["batch.kubernetes.io/job-name"] = name;
        spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = uid } };
        if (body.At("metadata", "labels") is not JsonObject { Count: > 0 })
        {
            body.Child("metadata")["labels"] = JsonNodes.Copy(labels);
        }
    }

    public override void PrepareForUpdate(JsonObject body, JsonObject old, StrategyContext context) => Default(body);

    public override IEnumerable<FieldError> Validate(JsonObject body)
    {
        var policy = body.Text("spec", "template", "spec", "restartPolicy");
        if (policy is not ("Never" or "OnFailure"))
        {
            yield return policy is null or "Always"
                ? new FieldError("FieldValueRequired", "spec.template.spec.restartPolicy", "Required value: valid values: \"OnFailure\", \"Never\"")
                : FieldError.NotSupported("spec.template.spec.restartPolicy", JsonValue.Create(policy), ["OnFailure", "Never"]);
        }

        if (body.At("spec", "podFailurePolicy") is not null && policy != "Never")
        {
            yield return FieldError.Invalid("spec.template.spec.restartPolicy", JsonValue.Create(policy), "only \"Never\" is supported when podFailurePolicy is specified");
        }
    }

    public override IEnumerable<FieldError> ValidateUpdate(JsonObject body, JsonObject old)
    {
        foreach (var name in Immutable)
        {
            if (!JsonNodes.Same(body.At("spec", name), old.At("spec", name)) && !(name == "template" && old.Flag("spec", "suspend")))
            {
                yield return FieldError.Invalid($"spec.{name}", body.At("spec", name), "field is immutable");
            }
        }
    }

    private static void Default(JsonObject body)
    {
        var spec = body.Child("spec");
        if (spec["parallelism"] is null)
        {
            spec["completions"] ??= 1;
            spec["parallelism"] = 1;
        }

        spec["manualSelector"] ??= false;
        spec["podReplacementPolicy"] ??= spec["podFailurePolicy"] is null ? "TerminatingOrFailed" : "Failed";
        PodDefaults.Apply(spec.At("template", "spec") as JsonObject);
    }
}
