namespace BackupOperator.Kubernetes.Tests;

/// <summary>Texts that a person has looked at, in <c>tests/golden</c>. <c>UPDATE_GOLDEN=1</c> writes them anew; look at the diff.</summary>
public static class Golden
{
    public static void ShouldBeAsReviewed(string name, string actual)
    {
        var file = Path.Combine(Repository(), "tests", "golden", name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        File.Exists(file).ShouldBeTrue($"{file} is missing; UPDATE_GOLDEN=1 makes it");
        actual.ShouldBe(File.ReadAllText(file));
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "BackupOperator.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run within the repository.");
        }

        return folder.FullName;
    }
}
