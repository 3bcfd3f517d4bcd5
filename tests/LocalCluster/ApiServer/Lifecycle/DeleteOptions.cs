namespace BackupOperator.LocalCluster.ApiServer.Lifecycle;

/// <summary>How to delete (<c>meta/v1 DeleteOptions</c>).</summary>
/// <param name="Uid">Precondition: delete only the object with this uid.</param>
/// <param name="ResourceVersion">Precondition: delete only this revision.</param>
/// <param name="Propagation">Background, Foreground or Orphan; null for the kind's default.</param>
internal sealed record DeleteOptions(long? GracePeriodSeconds = null, string? Uid = null, string? ResourceVersion = null, string? Propagation = null, bool DryRun = false)
{
    public static DeleteOptions From(JsonObject? body, Func<string, string?> query)
    {
        var propagation = body.Text("propagationPolicy") ?? query("propagationPolicy");
        if (propagation is not (null or "" or "Background" or "Foreground" or "Orphan"))
        {
            throw ApiErrors.Invalid("meta.k8s.io", "DeleteOptions", "", [FieldError.NotSupported("propagationPolicy", JsonValue.Create(propagation), ["Background", "Foreground", "Orphan", "nil"])]);
        }

        if (string.IsNullOrEmpty(propagation) && body?["orphanDependents"] is JsonValue orphan)
        {
            propagation = orphan.GetValue<bool>() ? "Orphan" : "Background";
        }

        return new DeleteOptions(
            body.Number("gracePeriodSeconds") ?? (long.TryParse(query("gracePeriodSeconds"), CultureInfo.InvariantCulture, out var grace) ? grace : null),
            body.Text("preconditions", "uid"),
            body.Text("preconditions", "resourceVersion"),
            string.IsNullOrEmpty(propagation) ? null : propagation,
            Requests.ApiRequest.DryRunOf(body.Texts("dryRun").FirstOrDefault() ?? query("dryRun")));
    }
}
