using BackupOperator.Kubernetes.Crds.Attributes;

namespace BackupOperator.Runs;

/// <summary>What runs need beside their own kinds. Secrets are not among it: the kubelet mounts them, the operator never reads them.</summary>
[EntityRbac(typeof(V1Job), Verbs = RbacVerb.Read | RbacVerb.Create | RbacVerb.Patch | RbacVerb.Delete)]
[EntityRbac(typeof(V1Lease), Verbs = RbacVerb.Get | RbacVerb.Create | RbacVerb.Update | RbacVerb.Patch | RbacVerb.Delete)]
[EntityRbac(typeof(V1ServiceAccount), Verbs = RbacVerb.Get | RbacVerb.Create | RbacVerb.Delete)]
[EntityRbac(typeof(V1Role), Verbs = RbacVerb.Get | RbacVerb.Create | RbacVerb.Delete)]
[EntityRbac(typeof(V1RoleBinding), Verbs = RbacVerb.Get | RbacVerb.Create | RbacVerb.Delete)]
[EntityRbac(typeof(V1PersistentVolumeClaim), Verbs = RbacVerb.Get)]
internal static class RunRbac;
