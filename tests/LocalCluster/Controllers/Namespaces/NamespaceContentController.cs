using BackupOperator.LocalCluster.Controllers.Runtime;

namespace BackupOperator.LocalCluster.Controllers.Namespaces;

/// <summary>Gives each namespace its <c>default</c> service account and the API server's CA (<c>kube-root-ca.crt</c>).</summary>
public sealed class NamespaceContentController : Controller
{
    private const string RootCa = "kube-root-ca.crt";
    private readonly string? certificateAuthority;

    /// <param name="certificateAuthority">PEM; null where it is not known.</param>
    public NamespaceContentController(
        IKubernetesClient client, TimeProvider time, string? certificateAuthority, ILogger<NamespaceContentController> log)
        : base(client, time, log)
    {
        this.certificateAuthority = certificateAuthority;
        Watch<V1Namespace>(entity => [new NamespacedName("", entity.Metadata.Name!)]);
        Watch<V1ServiceAccount>(account => account.Metadata.Name == "default" ? [new NamespacedName("", account.Metadata.Namespace!)] : []);
        Watch<V1ConfigMap>(map => map.Metadata.Name == RootCa ? [new NamespacedName("", map.Metadata.Namespace!)] : []);
    }

    protected override async Task<TimeSpan?> ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var entity = await Client.GetAsync<V1Namespace>(key.Name, cancellationToken: cancellationToken);
        if (entity is null || entity.Metadata.DeletionTimestamp is not null)
        {
            return null;
        }

        if (await Client.GetAsync<V1ServiceAccount>("default", key.Name, cancellationToken) is null)
        {
            await Client.CreateAsync(
                new V1ServiceAccount { Metadata = new V1ObjectMeta { Name = "default", Namespace = key.Name } }, cancellationToken);
        }

        if (certificateAuthority is not null && await Client.GetAsync<V1ConfigMap>(RootCa, key.Name, cancellationToken) is null)
        {
            await Client.CreateAsync(
                new V1ConfigMap
                {
                    Metadata = new V1ObjectMeta { Name = RootCa, Namespace = key.Name },
                    Data = new Dictionary<string, string> { ["ca.crt"] = certificateAuthority },
                },
                cancellationToken);
        }

        return null;
    }
}
