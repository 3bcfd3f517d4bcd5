namespace BackupOperator.LocalCluster.ApiServer.Patching.Apply;

/// <summary>
/// A set of field paths as a tree, in the form of <c>managedFields</c> (FieldsV1): <c>f:name</c> is a field, <c>k:{…}</c> an item
/// of a map list, <c>v:…</c> a value of a set, and <c>.</c> the node itself.
/// </summary>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> children = new(StringComparer.Ordinal);

    /// <summary>Whether the path that leads here is in the set.</summary>
    public bool IsMember { get; set; }

    public IEnumerable<KeyValuePair<string, FieldSet>> Children => children;

    public bool IsEmpty => !IsMember && children.Values.All(child => child.IsEmpty);

    public FieldSet? Find(string key) => children.GetValueOrDefault(key);

    /// <summary>The child of that key, made where there is none.</summary>
    public FieldSet At(string key)
    {
        if (!children.TryGetValue(key, out var child))
        {
            child = new FieldSet();
            children.Add(key, child);
        }

        return child;
    }

    public FieldSet Union(FieldSet other) => Combine(other, (left, right) => left || right);

    public FieldSet Except(FieldSet other) => Combine(other, (left, right) => left && !right);

    public FieldSet Intersect(FieldSet other) => Combine(other, (left, right) => left && right);

    public bool Same(FieldSet other) => Except(other).IsEmpty && other.Except(this).IsEmpty;

    /// <summary>The set without a path and all below it.</summary>
    public FieldSet Without(params ReadOnlySpan<string> path)
    {
        var copy = Union(new FieldSet());
        var node = copy;
        foreach (var key in path[..^1])
        {
            if (node.Find(key) is not { } child)
            {
                return copy;
            }

            node = child;
        }

        node.children.Remove(path[^1]);
        return copy;
    }

    /// <summary>Every member, written as <c>.spec.containers[name="a"].image</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (IsMember)
        {
            yield return prefix;
        }

        foreach (var (key, child) in children)
        {
            foreach (var path in child.Paths(prefix + FieldKeys.Show(key)))
            {
                yield return path;
            }
        }
    }

    public static FieldSet FromFieldsV1(JsonObject fields)
    {
        var set = new FieldSet();
        foreach (var (key, value) in fields)
        {
            if (key == ".")
            {
                set.IsMember = true;
            }
            else if (value is JsonObject { Count: > 0 } map)
            {
                set.children[key] = FromFieldsV1(map);
            }
            else
            {
                set.At(key).IsMember = true;
            }
        }

        return set;
    }

    public JsonObject ToFieldsV1()
    {
        var fields = new JsonObject();
        foreach (var (key, child) in children.Where(pair => !pair.Value.IsEmpty))
        {
            var below = child.ToFieldsV1();
            if (child.IsMember && below.Count > 0)
            {
                below.Insert(0, ".", new JsonObject());
            }

            fields[key] = below;
        }

        return fields;
    }

    private FieldSet Combine(FieldSet other, Func<bool, bool, bool> rule)
    {
        var result = new FieldSet { IsMember = rule(IsMember, other.IsMember) };
        foreach (var key in children.Keys.Union(other.children.Keys, StringComparer.Ordinal))
        {
            var child = (Find(key) ?? new FieldSet()).Combine(other.Find(key) ?? new FieldSet(), rule);
            if (!child.IsEmpty)
            {
                result.children[key] = child;
            }
        }

        return result;
    }
}
