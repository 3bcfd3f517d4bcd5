using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace BackupOperator.Kubernetes.Configuration.KubeConfig;

/// <summary>Reads and merges kubeconfig files.</summary>
internal static class KubeConfigLoader
{
    /// <param name="files">Separated as <c>PATH</c> is. Files that do not exist are passed over, as kubectl does it.</param>
    public static KubeConfigDocument Load(string files)
    {
        var merged = new KubeConfigDocument();
        foreach (var file in files.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (File.Exists(file))
            {
                Merge(merged, file);
            }
        }

        return merged.Files.Count > 0
            ? merged
            : throw new KubernetesConfigurationException($"The kubeconfig {files} does not exist. Is KUBECONFIG right?");
    }

    private static void Merge(KubeConfigDocument merged, string file)
    {
        merged.Files.Add(file);
        if (Read(file) is not { } root)
        {
            return;
        }

        merged.CurrentContext ??= root.Text("current-context");
        MergeNamed(merged.Clusters, root, "clusters", "cluster");
        MergeNamed(merged.Users, root, "users", "user");
        MergeNamed(merged.Contexts, root, "contexts", "context");
    }

    private static KubeConfigEntry? Read(string file)
    {
        try
        {
            using var reader = new StreamReader(file);
            var yaml = new YamlStream();
            yaml.Load(reader);
            if (yaml.Documents.Count == 0)
            {
                return null;
            }

            return yaml.Documents[0].RootNode is YamlMappingNode root
                ? new(root, file)
                : throw new KubernetesConfigurationException($"The kubeconfig {file} is not a YAML mapping.");
        }
        catch (YamlException e)
        {
            throw new KubernetesConfigurationException($"The kubeconfig {file} is not valid YAML at line {e.Start.Line}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigurationException($"The kubeconfig {file} cannot be read: {e.Message}", e);
        }
    }

    private static void MergeNamed(Dictionary<string, KubeConfigEntry> into, KubeConfigEntry root, string list, string body)
    {
        foreach (var item in root.Items(list).OfType<YamlMappingNode>())
        {
            if (KubeConfigEntry.Text(item, "name") is { } name)
            {
                into.TryAdd(name, new KubeConfigEntry(item, root.File).Child(body) ?? new([], root.File));
            }
        }
    }
}
