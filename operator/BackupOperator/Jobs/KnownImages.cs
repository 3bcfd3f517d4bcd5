namespace BackupOperator.Jobs;

/// <summary>
/// Under whom the servers of well-known images run, by the images' own Dockerfiles. Many start as root and switch, so
/// that no pod says it. It is a first guess: the sidecar looks whose the data directory is.
/// </summary>
internal static class KnownImages
{
    private static readonly FileOwner Official = new(999, 999);
    private static readonly FileOwner Percona = new(1001, 1001);
    private static readonly FileOwner Bitnami = new(1001, 0);
    private static readonly FileOwner RedHat = new(27, 27);

    /// <returns>Null for an image that is not known.</returns>
    public static FileOwner? OwnerOf(string? image)
    {
        var parts = Repository(image).Split('/');
        var (vendor, name) = (parts.Length > 1 ? parts[^2] : "", parts[^1]);
        return (vendor, name) switch
        {
            ("bitnami" or "bitnamilegacy" or "bitnamisecure", _) => Bitnami,
            ("mysql", "community-server" or "enterprise-server" or "mysql-server") => RedHat,
            ("sclorg" or "rhel8" or "rhel9" or "rhel10" or "rhscl", _) => RedHat,
            (_, "percona" or "percona-server" or "percona-xtradb-cluster") => Percona,
            (_, "mysql" or "mariadb") => Official,
            _ => null,
        };
    }

    // [registry[:port]/][vendor/]name[:tag][@digest]
    private static string Repository(string? image)
    {
        var name = (image ?? "").Split('@')[0];
        var tag = name.LastIndexOf(':');
        return tag > name.LastIndexOf('/') ? name[..tag] : name;
    }
}
