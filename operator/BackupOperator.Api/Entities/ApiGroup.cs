namespace BackupOperator.Api.Entities;

/// <summary>What the kinds of this product have in common.</summary>
public static class ApiGroup
{
    public const string Name = "mysqlbackup.io";
    public const string Version = "v1alpha1";
    public const string Category = "mysqlbackup";
}
