namespace BackupOperator.LocalCluster.Controllers.Runtime;

/// <summary>The subresources that schedulers and kubelets create.</summary>
public sealed class Subresources(KubernetesClient client)
{
    /// <summary>Puts a pod on a node (<c>pods/binding</c>).</summary>
    public Task BindAsync(V1Pod pod, string node, CancellationToken cancellationToken) =>
        client.SendRawAsync(
            HttpMethod.Post,
            EntityDefinition.Of<V1Pod>().Path(pod.Metadata.Namespace, pod.Metadata.Name, "binding"),
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Binding",
                ["metadata"] = new JsonObject { ["name"] = pod.Metadata.Name, ["uid"] = pod.Metadata.Uid },
                ["target"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = node },
            },
            cancellationToken: cancellationToken);

    /// <summary>A token for a service account (<c>serviceaccounts/token</c>).</summary>
    /// <param name="audience">Null: the API server's own.</param>
    public async Task<string> CreateTokenAsync(
        string @namespace, string account, string? audience, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var answer = await client.SendRawAsync(
            HttpMethod.Post,
            EntityDefinition.Of<V1ServiceAccount>().Path(@namespace, account, "token"),
            new JsonObject
            {
                ["apiVersion"] = "authentication.k8s.io/v1",
                ["kind"] = "TokenRequest",
                ["spec"] = new JsonObject
                {
                    ["audiences"] = audience is null ? null : new JsonArray(audience),
                    ["expirationSeconds"] = (long)lifetime.TotalSeconds,
                },
            },
            cancellationToken: cancellationToken);
        return answer?["status"]?["token"]?.GetValue<string>()
            ?? throw new InvalidOperationException($"The API server gave no token for service account {@namespace}/{account}.");
    }
}
