using BackupOperator.Kubernetes.Crds.Attributes;

namespace BackupOperator.Runs;

/// <summary>
/// What it takes to let go of resources in a namespace that is being deleted, where all other rights lie in that namespace
/// and may be gone already: to find them, also anew, to see that the namespace ends, and to take finalizers away.
/// </summary>
[EntityRbac(typeof(V1Namespace), Verbs = RbacVerb.Get)]
[EntityRbac(typeof(MySqlBackup), typeof(MySqlRestore), typeof(MySqlBackupSchedule), Verbs = RbacVerb.Read | RbacVerb.Patch)]
internal static class NamespaceEndRbac;
