using System.Collections.Immutable;

namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>What is served: the built-in resources and those of CustomResourceDefinitions.</summary>
internal sealed class ResourceRegistry(IEnumerable<ResourceDefinition> builtIns)
{
    private readonly Lock gate = new();
    private ImmutableArray<ResourceDefinition> all = [.. builtIns];

    public ImmutableArray<ResourceDefinition> All => all;

    public ResourceDefinition? Find(string group, string version, string plural) =>
        all.FirstOrDefault(definition => definition.Group == group && definition.Version == version && definition.Plural == plural);

    public ResourceDefinition? FindKind(string apiVersion, string kind) =>
        all.FirstOrDefault(definition => definition.ApiVersion == apiVersion && definition.Kind == kind);

    public ResourceDefinition Require(string group, string version, string plural) =>
        Find(group, version, plural) ?? throw new InvalidOperationException($"{plural}.{version}.{group} is not served");

    /// <summary>Replaces everything that a custom group and resource serves; an empty list removes it.</summary>
    public void ReplaceCustom(string group, string plural, IReadOnlyList<ResourceDefinition> versions)
    {
        lock (gate)
        {
            all = [.. all.Where(definition => !(definition.IsCustom && definition.Group == group && definition.Plural == plural)), .. versions];
        }
    }
}
