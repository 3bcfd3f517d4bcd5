using System.Collections.Concurrent;
using System.Reflection;

namespace BackupOperator.Kubernetes.Models;

/// <summary>What a <see cref="KubernetesEntityAttribute"/> says, with the names that follow from it.</summary>
public sealed record EntityDefinition(string Group, string Version, string Kind, string PluralName, EntityScope Scope)
{
    private static readonly ConcurrentDictionary<Type, EntityDefinition> Cache = new();

    /// <summary><c>group/version</c>, or the version alone for the core group.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The path of the group and version, such as <c>/apis/apps/v1</c>.</summary>
    public string GroupPath => Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";

    /// <exception cref="InvalidOperationException">The type has no <see cref="KubernetesEntityAttribute"/>.</exception>
    public static EntityDefinition Of<T>()
        where T : IKubernetesObject => Of(typeof(T));

    /// <inheritdoc cref="Of{T}"/>
    public static EntityDefinition Of(Type type) => Cache.GetOrAdd(type, Read);

    /// <summary>The path of the collection, or of one object or its subresource.</summary>
    /// <param name="namespace">Null means all namespaces, which only a collection has.</param>
    /// <exception cref="ArgumentException">The kind is namespaced, and an object of it is named without its namespace.</exception>
    public string Path(string? @namespace, string? name = null, string? subresource = null)
    {
        var path = GroupPath;
        if (Scope == EntityScope.Namespaced && !string.IsNullOrEmpty(@namespace))
        {
            path += $"/namespaces/{Uri.EscapeDataString(@namespace)}";
        }
        else if (Scope == EntityScope.Namespaced && name is not null)
        {
            throw new ArgumentException($"{Kind} {name} is a namespaced object; name its namespace.", nameof(@namespace));
        }

        path += $"/{PluralName}";
        if (name is not null)
        {
            // An empty name would turn the request into one for the whole collection.
            ArgumentException.ThrowIfNullOrEmpty(name);
            path += $"/{Uri.EscapeDataString(name)}";
        }

        return subresource is null ? path : $"{path}/{subresource}";
    }

    private static EntityDefinition Read(Type type)
    {
        var attribute = type.GetCustomAttribute<KubernetesEntityAttribute>()
            ?? throw new InvalidOperationException($"{type} has no [KubernetesEntity] attribute.");
        return new(attribute.Group, attribute.ApiVersion, attribute.Kind, attribute.PluralName, attribute.Scope);
    }
}
