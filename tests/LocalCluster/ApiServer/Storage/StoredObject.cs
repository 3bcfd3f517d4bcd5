namespace BackupOperator.LocalCluster.ApiServer.Storage;

/// <summary>One object at one revision. The tree is never changed after it was stored; copy it to change it.</summary>
internal sealed class StoredObject(string kind, string @namespace, string name, long revision, JsonObject body)
{
    private byte[]? utf8;

    /// <summary>The kind's storage, <c>group/plural</c>.</summary>
    public string Kind { get; } = kind;

    /// <summary>Empty for objects of the cluster.</summary>
    public string Namespace { get; } = @namespace;

    public string Name { get; } = name;

    public long Revision { get; } = revision;

    public JsonObject Body { get; } = body;

    public string Uid { get; } = body.Text("metadata", "uid") ?? "";

    public IReadOnlyList<JsonObject> Owners { get; } = [.. body.Objects("metadata", "ownerReferences")];

    public string Key => KeyOf(Namespace, Name);

    /// <summary>The body as UTF-8, made once.</summary>
    public byte[] Utf8 => utf8 ??= JsonText.ToUtf8(Body);

    public JsonObject Copy() => JsonNodes.CopyObject(Body);

    public static string KeyOf(string @namespace, string name) => $"{@namespace}/{name}";
}
