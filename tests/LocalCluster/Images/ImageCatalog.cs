using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace BackupOperator.LocalCluster.Images;

/// <summary>The images that can be pulled, by name. Docker Hub's long names mean the same as its short ones.</summary>
public sealed class ImageCatalog
{
    private readonly ConcurrentDictionary<string, ContainerImage> images = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => [.. images.Keys.Order(StringComparer.Ordinal)];

    public ContainerImage this[string name]
    {
        set => images[Normalize(name)] = value;
    }

    public bool TryGet(string name, [NotNullWhen(true)] out ContainerImage? image) =>
        images.TryGetValue(Normalize(name), out image);

    public bool Remove(string name) => images.TryRemove(Normalize(name), out _);

    /// <summary>Without a digest and the parts of the name that Docker Hub lets people leave out; with a tag.</summary>
    private static string Normalize(string name)
    {
        name = name.Split('@')[0];
        foreach (var prefix in (string[])["docker.io/", "index.docker.io/", "library/"])
        {
            name = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        }

        return name.LastIndexOf(':') > name.LastIndexOf('/') ? name : name + ":latest";
    }
}
