using System.Globalization;

namespace BackupOperator.Core.Naming;

/// <summary>
/// Names of what a run creates. They follow from the resource alone, so that an operator that starts again finds what
/// an earlier one created, and creates nothing twice.
/// </summary>
public static class RunNames
{
    // A pod of the Job gets six more characters, and a name that is also a label and a host name ends at 63.
    private const int LongestJobName = 52;

    /// <summary>The Job, its ServiceAccount, Role and RoleBinding.</summary>
    public static string Job(string resource, string uid) => With(resource, uid, "");

    /// <summary>The Job that puts the old data back after a restore died in its swap.</summary>
    public static string RollBackJob(string resource, string uid) => With(resource, uid, "-rollback");

    /// <summary>The Job that removes the data a restore has kept.</summary>
    public static string RemovePreviousJob(string resource, string uid) => With(resource, uid, "-cleanup");

    /// <summary>The Job that checks what a backup needs before MySQL is stopped.</summary>
    public static string PreflightJob(string resource, string uid) => With(resource, uid, "-preflight");

    /// <summary>The Job of one attempt at the copies of a backup.</summary>
    /// <param name="attempt">From 2: the backup itself is the first.</param>
    public static string CopyJob(string resource, string uid, int attempt) =>
        With(resource, uid, "-copy-" + attempt.ToString(CultureInfo.InvariantCulture));

    /// <summary>ServiceAccount, Role and RoleBinding of what copies: it has no rights to the database.</summary>
    public static string CopyAccess(string resource, string uid) => With(resource, uid, "-copy");

    /// <summary>The Job that deletes backups, and its ServiceAccount.</summary>
    /// <param name="storage">A digest of the storage and the database.</param>
    public static string PruneJob(string statefulSet, string storage) => With(statefulSet, storage, "-prune");

    /// <summary>The Job that reads a schedule's storage, its ServiceAccount, Role and RoleBinding.</summary>
    public static string CatalogJob(string schedule, string uid) => With(schedule, uid, "-catalog");

    /// <summary>The Lease that keeps runs of one StatefulSet apart.</summary>
    public static string Lease(string statefulSet) => "mysqlbackup-" + statefulSet;

    private static string With(string resource, string uid, string suffix)
    {
        var id = uid.Replace("-", "", StringComparison.Ordinal);
        id = id.Length > 8 ? id[..8] : id;
        var room = LongestJobName - id.Length - suffix.Length - 1;
        var stem = resource.Replace('.', '-');
        stem = (stem.Length > room ? stem[..room] : stem).TrimEnd('-');
        return $"{stem}-{id}{suffix}";
    }
}
