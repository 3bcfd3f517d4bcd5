using BackupOperator.LocalCluster.ApiServer.Schema;
using BackupOperator.LocalCluster.ApiServer.Tables;

namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>One resource in one version as it is served: names, scope, subresources and rules.</summary>
internal sealed class ResourceDefinition
{
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Plural { get; init; }

    public required string Kind { get; init; }

    public string? SingularName { get; init; }

    public string? ListKindName { get; init; }

    public bool Namespaced { get; init; } = true;

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public bool HasStatus { get; init; }

    /// <summary>Whether <c>metadata.generation</c> is kept.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>Set for kinds that a CustomResourceDefinition made.</summary>
    public bool IsCustom { get; init; }

    public ScalePaths? Scale { get; init; }

    /// <summary>The fields besides name and namespace by which a list may be narrowed.</summary>
    public IReadOnlyList<string> SelectableFields { get => field ?? Selectors.SelectableFields.Of(Group, Plural); init; }

    /// <summary>What the objects may hold; null where anything is taken.</summary>
    public ObjectSchema? Schema { get; init; }

    /// <summary>The schema by which patches and managedFields join lists; with the metadata that every object has.</summary>
    public ObjectSchema MergeSchema => field ??= ObjectSchema.ForMerging(Schema);

    /// <summary>How <c>kubectl get</c> shows the objects.</summary>
    public IReadOnlyList<TableColumn> Columns { get => field ?? BuiltInColumns.Of(Group, Plural); init; }

    public ResourceStrategy Strategy { get; init; } = ResourceStrategy.None;

    /// <summary>Where objects are kept; versions of a resource share it.</summary>
    public string StorageKind { get => field ?? $"{Group}/{Plural}"; init; }

    public string Singular => SingularName ?? Kind.ToLowerInvariant();

    public string ListKind => ListKindName ?? $"{Kind}List";

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public ApiStatusException NotFound(string name) => ApiErrors.NotFound(Group, Plural, name);

    public ApiStatusException Conflict(string name, string? why = null) => ApiErrors.Conflict(Group, Plural, name, why);

    public ApiStatusException Invalid(string name, IReadOnlyList<FieldError> errors) => ApiErrors.Invalid(Group, Kind, name, errors);

    public ApiStatusException Forbidden(string name, string why) => ApiErrors.Forbidden(Group, Plural, name, why);
}
