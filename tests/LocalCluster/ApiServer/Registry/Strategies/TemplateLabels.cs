using BackupOperator.LocalCluster.ApiServer.Selectors;

namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>A workload's selector must select the pods that its template makes.</summary>
internal static class TemplateLabels
{
    public static IEnumerable<FieldError> Validate(JsonObject body)
    {
        var labels = body.At("spec", "template", "metadata", "labels");
        if (body.At("spec", "selector") is not JsonObject selector)
        {
            yield return FieldError.Required("spec.selector");
        }
        else if (!LabelSelector.FromObject(selector).Matches(labels as JsonObject))
        {
            yield return new FieldError("FieldValueInvalid", "spec.template.metadata.labels", $"Invalid value: {JsonText.ToGoMap(labels as JsonObject)}: `selector` does not match template `labels`");
        }
    }
}
