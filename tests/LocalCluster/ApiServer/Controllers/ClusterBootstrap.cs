using BackupOperator.LocalCluster.ApiServer.Authorization;
using BackupOperator.LocalCluster.ApiServer.Lifecycle;

namespace BackupOperator.LocalCluster.ApiServer.Controllers;

/// <summary>What a new cluster holds.</summary>
internal sealed class ClusterBootstrap(ClusterState state)
{
    private readonly ObjectCreator creator = new(state);

    public void Run(IEnumerable<string> namespaces)
    {
        foreach (var name in ((string[])["default", "kube-system", "kube-public", "kube-node-lease"]).Union(namespaces, StringComparer.Ordinal))
        {
            creator.Create(
                state.Registry.Require("", "v1", "namespaces"),
                "",
                new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } },
                WriteContext.Internal);
        }

        foreach (var (plural, body) in BootstrapRoles.All())
        {
            creator.Create(state.Registry.Require("rbac.authorization.k8s.io", "v1", plural), "", body, WriteContext.Internal);
        }
    }
}
