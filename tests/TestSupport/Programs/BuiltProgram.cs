namespace BackupOperator.TestSupport.Programs;

/// <summary>
/// Programs of this repository, in their own output folders: beside another program's files a library may be missing
/// that the other has from its framework.
/// </summary>
public static class BuiltProgram
{
    public static string Operator => Find("operator/BackupOperator", "backup-operator.dll");

    public static string Sidecar => Find("sidecar/BackupOperator.Sidecar", "backup-sidecar.dll");

    private static string Find(string project, string program)
    {
        // .../bin/CONFIGURATION/FRAMEWORK is where this runs from, and where the others are.
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var (framework, configuration) = (output.Name, output.Parent!.Name);
        var root = output;
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "BackupOperator.sln")))
        {
            root = root.Parent;
        }

        var path = Path.Combine(root?.FullName ?? "/", project, "bin", configuration, framework, program);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not built.");
    }
}
