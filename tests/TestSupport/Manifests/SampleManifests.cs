namespace BackupOperator.TestSupport.Manifests;

/// <summary>Resources as a user writes them.</summary>
public static class SampleManifests
{
    public static string Secret(string @namespace, string name, params IEnumerable<(string Key, string Value)> data) => $"""
        apiVersion: v1
        kind: Secret
        metadata:
          name: {name}
          namespace: {@namespace}
        stringData:
        {Indent(string.Join('\n', data.Select(item => $"{item.Key}: {item.Value}")), 2)}
        """;

    /// <summary>Moves each line to the right, and leaves out empty ones.</summary>
    public static string Indent(string text, int by) =>
        string.Join('\n', text.Split('\n').Where(line => line.Length > 0).Select(line => new string(' ', by) + line));
}
