namespace BackupOperator.LocalCluster.Controllers.Scheduling;

/// <summary>Whether a pod may go to a node; the words are the scheduler's.</summary>
internal static class NodeFilter
{
    /// <returns>Null where it may.</returns>
    public static string? Objection(V1Pod pod, V1Node node)
    {
        if (node.Spec?.Unschedulable == true)
        {
            return "node(s) were unschedulable";
        }

        if (!IsReady(node))
        {
            return "node(s) had untolerated taint {node.kubernetes.io/not-ready: }";
        }

        foreach (var taint in node.Spec?.Taints ?? [])
        {
            if (taint.Effect is "NoSchedule" or "NoExecute" && !(pod.Spec?.Tolerations ?? []).Exists(toleration => Tolerates(toleration, taint)))
            {
                return $"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}";
            }
        }

        var labels = node.Metadata.Labels ?? [];
        var selected = (pod.Spec?.NodeSelector ?? []).All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value);
        return selected && MeetsAffinity(pod, node) ? null : "node(s) didn't match Pod's node affinity/selector";
    }

    /// <summary>How much the pod would like to go to a node that it may go to.</summary>
    public static int Wish(V1Pod pod, V1Node node) =>
        (pod.Spec?.Affinity?["nodeAffinity"]?["preferredDuringSchedulingIgnoredDuringExecution"] as JsonArray ?? [])
            .Where(wish => Matches(wish?["preference"], node))
            .Sum(wish => int.Parse(wish!["weight"]!.ToJsonString()));

    public static bool IsReady(V1Node node) =>
        node.Status?.Conditions?.Exists(condition => condition.Type == "Ready" && condition.Status == "True") == true;

    private static bool Tolerates(V1Toleration toleration, V1Taint taint) =>
        (toleration.Key is null || toleration.Key == taint.Key)
        && (toleration.Operator == "Exists" || (toleration.Value ?? "") == (taint.Value ?? ""))
        && (toleration.Effect is null || toleration.Effect == taint.Effect);

    /// <summary>One of the terms must hold; of a term, everything.</summary>
    private static bool MeetsAffinity(V1Pod pod, V1Node node)
    {
        var required = pod.Spec?.Affinity?["nodeAffinity"]?["requiredDuringSchedulingIgnoredDuringExecution"];
        return required?["nodeSelectorTerms"] is not JsonArray terms || terms.Any(term => Matches(term, node));
    }

    private static bool Matches(JsonNode? term, V1Node node) =>
        Holds(term?["matchExpressions"], key => node.Metadata.Labels?.GetValueOrDefault(key))
        && Holds(term?["matchFields"], key => key == "metadata.name" ? node.Metadata.Name : null);

    private static bool Holds(JsonNode? requirements, Func<string, string?> read) =>
        requirements is not JsonArray list || list.All(requirement =>
        {
            var actual = read(requirement!["key"]!.GetValue<string>());
            var values = (requirement["values"] as JsonArray ?? []).Select(value => value!.GetValue<string>()).ToList();
            return requirement["operator"]!.GetValue<string>() switch
            {
                "In" => actual is not null && values.Contains(actual),
                "NotIn" => actual is null || !values.Contains(actual),
                "Exists" => actual is not null,
                "DoesNotExist" => actual is null,
                "Gt" => long.TryParse(actual, out var number) && number > long.Parse(values[0]),
                "Lt" => long.TryParse(actual, out var number) && number < long.Parse(values[0]),
                _ => false,
            };
        });
}
