using BackupOperator.LocalCluster.ApiServer.Schema;
using BackupOperator.LocalCluster.ApiServer.Tables;

namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>Reads from a CustomResourceDefinition what it serves.</summary>
internal static class CustomResourceVersions
{
    public static IReadOnlyList<ResourceDefinition> Of(JsonObject crd) =>
        [.. crd.Objects("spec", "versions").Where(version => version.Flag("served")).Select(version => Version(crd, version))];

    private static ResourceDefinition Version(JsonObject crd, JsonObject version)
    {
        var names = crd.At("spec", "names");
        return new ResourceDefinition
        {
            Group = crd.Text("spec", "group") ?? "",
            Version = version.Text("name") ?? "",
            Plural = names.Text("plural") ?? "",
            Kind = names.Text("kind") ?? "",
            SingularName = names.Text("singular"),
            ListKindName = names.Text("listKind"),
            ShortNames = [.. names.Texts("shortNames")],
            Categories = [.. names.Texts("categories")],
            Namespaced = crd.Text("spec", "scope") == "Namespaced",
            HasStatus = version.At("subresources", "status") is not null,
            HasGeneration = true,
            IsCustom = true,
            Columns = CustomColumns.Of(version.Objects("additionalPrinterColumns")),
            Schema = version.At("schema", "openAPIV3Schema") is JsonObject schema ? SchemaReader.Read(schema) : null,
            Scale = Scale(version.At("subresources", "scale")),
            SelectableFields = [.. version.Objects("selectableFields").Select(field => (field.Text("jsonPath") ?? "").TrimStart('.'))],
        };
    }

    private static ScalePaths? Scale(JsonNode? scale) => scale is null
        ? null
        : new ScalePaths(
            Path(scale.Text("specReplicasPath"))!,
            Path(scale.Text("statusReplicasPath"))!,
            Path(scale.Text("labelSelectorPath")));

    private static string[]? Path(string? text) => text?.Split('.', StringSplitOptions.RemoveEmptyEntries);
}
