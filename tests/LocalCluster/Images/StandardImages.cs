using System.Reflection;

namespace BackupOperator.LocalCluster.Images;

/// <summary>The images that tests and the demo run: database servers, a plain Debian, .NET programs.</summary>
public static class StandardImages
{
    public const string MariaDb = "mariadb:10.11";
    public const string MySql = "mysql:9.7";

    /// <summary>This machine's own files and no entrypoint.</summary>
    public const string Debian = "debian:12";

    /// <summary>Where the root of the MySQL image is unless told otherwise.</summary>
    public const string MySqlRoot = "/var/cache/mysql-backup-operator/mysql-9.7";

    private const string DotNetPrograms = "/opt/program";
    private const string EntryPoint = "/usr/local/bin/docker-entrypoint.sh";

    /// <summary>Adds the standard images; their start scripts are written to <paramref name="directory"/>.</summary>
    public static void AddTo(ImageCatalog catalog, string directory, string mySqlRoot = MySqlRoot)
    {
        catalog[Debian] = new ContainerImage { Cmd = ["/bin/sh"] };
        catalog[MariaDb] = new ContainerImage
        {
            Entrypoint = ["docker-entrypoint.sh"],
            Cmd = ["mariadbd"],
            Files = new Dictionary<string, string>
            {
                [EntryPoint] = WriteScript(directory, "mariadb-entrypoint.sh"),
                ["/etc/passwd"] = WriteAccounts(directory, "/etc/passwd", "mysql:x:999:999:MySQL Server:/nonexistent:/bin/false"),
                ["/etc/group"] = WriteAccounts(directory, "/etc/group", "mysql:x:999:"),
            },
        };
        if (Directory.Exists(mySqlRoot))
        {
            catalog[MySql] = new ContainerImage
            {
                Root = mySqlRoot,
                Entrypoint = ["docker-entrypoint.sh"],
                Cmd = ["mysqld"],
                Files = new Dictionary<string, string> { [EntryPoint] = WriteScript(directory, "mysql-entrypoint.sh") },
            };
        }
    }

    /// <summary>An image whose entrypoint is a .NET program of this machine.</summary>
    /// <param name="program">The program's <c>.dll</c> (run with <c>dotnet</c>), or its executable.</param>
    public static ContainerImage DotNet(string program)
    {
        program = Path.GetFullPath(program);
        var folder = Path.GetDirectoryName(program)!;

        // Not where it lies on this machine: whoever the container runs as may not go there.
        var inside = Path.Combine(DotNetPrograms, Path.GetFileName(program));
        return new ContainerImage
        {
            Entrypoint = program.EndsWith(".dll", StringComparison.Ordinal) ? [DotNetHost(), inside] : [inside],
            Env = new Dictionary<string, string>
            {
                ["DOTNET_EnableDiagnostics"] = "0",
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            },
            Files = new Dictionary<string, string> { [DotNetPrograms] = folder },
        };
    }

    private static string DotNetHost() =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host
        : Environment.ProcessPath is { } self && Path.GetFileName(self) == "dotnet" ? self
        : "dotnet";

    // The server's user has the numbers that it has in the official image, not those of this machine.
    private static string WriteAccounts(string directory, string file, string mysql)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "mariadb-" + Path.GetFileName(file));
        var others = File.ReadLines(file).Where(line => !line.StartsWith("mysql:", StringComparison.Ordinal));
        File.WriteAllLines(path, [.. others, mysql]);
        return path;
    }

    private static string WriteScript(string directory, string name)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, name);
        using var source = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not part of the assembly");
        using (var target = File.Create(path))
        {
            source.CopyTo(target);
        }

        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }
}
