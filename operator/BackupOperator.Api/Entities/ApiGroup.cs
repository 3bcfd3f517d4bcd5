namespace BackupOperator.Api.Entities;

/// <summary>What the kinds of this product have in common.</summary>
public static class ApiGroup
{
    public const string Name = "mysqlbackup.io";
    public const string Version = "v1alpha1";

    /// <summary>
    /// What <c>kubectl get</c> takes for all kinds at once. It must not be a name of one of them: kubectl looks for categories
    /// first, and <c>kubectl get mysqlbackup NAME</c> would ask for three kinds, which it refuses to do.
    /// </summary>
    public const string Category = "mysql-backup";
}
