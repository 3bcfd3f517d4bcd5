using System.Reflection;

namespace BackupOperator.LocalCluster.ApiServer.Schema;

/// <summary>The schemas of built-in kinds, from the <c>BuiltIns/*.schema</c> files in this assembly.</summary>
internal static class BuiltInSchemas
{
    private static readonly Lazy<IReadOnlyDictionary<string, ObjectSchema>> Loaded = new(Load);

    /// <summary>The metadata of every object.</summary>
    public static ObjectSchema Metadata => Loaded.Value["ObjectMeta"];

    /// <returns>Null for kinds that are stored as they come.</returns>
    public static ObjectSchema? Of(string kind) => Loaded.Value.GetValueOrDefault(kind);

    private static IReadOnlyDictionary<string, ObjectSchema> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var texts = assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".schema", StringComparison.Ordinal))
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            });
        return SchemaTextReader.Read(texts);
    }
}
