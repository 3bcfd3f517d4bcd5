using System.Runtime.CompilerServices;

namespace BackupOperator.Tests;

/// <summary>Compares with a file below tests/golden.</summary>
internal static class Golden
{
    public static void Check(string file, string actual)
    {
        var path = Path.Combine(Root, "tests", "golden", file);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        File.Exists(path).ShouldBeTrue($"{path} is missing; write it with UPDATE_GOLDEN=1");
        actual.ShouldBe(File.ReadAllText(path), $"{path} differs; look at it, and write it anew with UPDATE_GOLDEN=1");
    }

    /// <summary>The root of the repository.</summary>
    public static string Root => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    private static string Here([CallerFilePath] string path = "") => path;
}
