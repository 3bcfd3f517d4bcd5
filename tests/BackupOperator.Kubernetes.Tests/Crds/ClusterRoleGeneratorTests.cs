using BackupOperator.Kubernetes.Crds;
using BackupOperator.Kubernetes.Crds.Attributes;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Serialization;

namespace BackupOperator.Kubernetes.Tests.Crds;

public sealed class ClusterRoleGeneratorTests
{
    [Fact]
    public void What_several_controllers_need_becomes_one_role_in_a_stable_order()
    {
        var role = ClusterRoleGenerator.Generate("backup-operator", [typeof(First), typeof(Second)]);

        Golden.ShouldBeAsReviewed("rbac/clusterrole.yaml", YamlWriter.Write(role));
        YamlWriter.Write(ClusterRoleGenerator.Generate("backup-operator", [typeof(Second), typeof(First)])).ShouldBe(YamlWriter.Write(role));
        KubernetesJson.FromNode<V1ClusterRole>(role)!.Rules!.Count.ShouldBe(4);
    }

    [EntityRbac(typeof(Widget), Verbs = RbacVerb.Read | RbacVerb.Patch)]
    [EntityRbac(typeof(Widget), Subresource = "status", Verbs = RbacVerb.Get | RbacVerb.Patch)]
    [EntityRbac(typeof(V1Pod), typeof(V1Secret), Verbs = RbacVerb.Get)]
    private sealed class First;

    [EntityRbac(typeof(V1Secret), Verbs = RbacVerb.Get | RbacVerb.List | RbacVerb.Watch)]
    [EntityRbac(typeof(V1Pod), Verbs = RbacVerb.List | RbacVerb.Watch)]
    [EntityRbac(typeof(V1Job), Verbs = RbacVerb.All)]
    private sealed class Second;
}
