namespace BackupOperator.Kubernetes.Crds.Schemas;

/// <summary>Which types are lists, and which are maps.</summary>
internal static class CollectionTypes
{
    public static Type? ItemOfList(Type type) =>
        type == typeof(string) ? null : type.IsArray ? type.GetElementType() : Argument(type, typeof(IEnumerable<>), 0);

    /// <exception cref="CrdGenerationException">The keys are no strings.</exception>
    public static Type? ValueOfMap(Type type)
    {
        foreach (var map in new[] { typeof(IDictionary<,>), typeof(IReadOnlyDictionary<,>) })
        {
            if (Argument(type, map, 0) is { } key)
            {
                return key == typeof(string)
                    ? Argument(type, map, 1)
                    : throw new CrdGenerationException($"{type}: the keys of a map are strings.");
            }
        }

        return null;
    }

    private static Type? Argument(Type type, Type generic, int index) =>
        type.GetInterfaces().Append(type)
            .FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == generic)
            ?.GetGenericArguments()[index];
}
