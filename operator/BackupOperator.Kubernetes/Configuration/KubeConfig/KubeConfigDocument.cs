using YamlDotNet.RepresentationModel;

namespace BackupOperator.Kubernetes.Configuration.KubeConfig;

/// <summary>
/// Named entries of one or several kubeconfig files. Of entries with the same name the first counts, as with kubectl.
/// </summary>
internal sealed class KubeConfigDocument
{
    public string? CurrentContext { get; set; }

    public Dictionary<string, KubeConfigEntry> Clusters { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, KubeConfigEntry> Users { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, KubeConfigEntry> Contexts { get; } = new(StringComparer.Ordinal);

    public List<string> Files { get; } = [];
}

/// <summary>One entry, and the file that it comes from (its relative paths start there).</summary>
internal sealed class KubeConfigEntry(YamlMappingNode node, string file)
{
    public string File { get; } = file;

    public YamlMappingNode Node { get; } = node;

    /// <summary>The text of a scalar; null where it is absent, empty or null.</summary>
    public string? Text(string key) => Text(Node, key);

    public bool Flag(string key) => string.Equals(Text(key), "true", StringComparison.OrdinalIgnoreCase);

    public KubeConfigEntry? Child(string key) =>
        Node.Children.TryGetValue(new YamlScalarNode(key), out var child) && child is YamlMappingNode map ? new(map, File) : null;

    public IEnumerable<YamlNode> Items(string key) =>
        Node.Children.TryGetValue(new YamlScalarNode(key), out var child) && child is YamlSequenceNode list ? list.Children : [];

    /// <summary>A path, relative to the folder of the file.</summary>
    public string? FilePath(string key) =>
        Text(key) is { } path ? Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(File))!) : null;

    public static string? Text(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out var child)
            && child is YamlScalarNode { Value: { Length: > 0 } value } scalar
            && !(scalar.Style == YamlDotNet.Core.ScalarStyle.Plain && value is "null" or "~")
            ? value
            : null;
}
