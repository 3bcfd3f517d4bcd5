namespace BackupOperator.LocalCluster.ApiServer.Patching.Apply;

/// <summary>Which fields a manager owns (<c>meta/v1 ManagedFieldsEntry</c>).</summary>
/// <param name="Operation">Apply or Update.</param>
internal sealed record ManagedFieldsEntry(string Manager, string Operation, string ApiVersion, string Subresource, string Time, FieldSet Fields)
{
    public bool IsOf(string manager, string operation, string subresource) =>
        Manager == manager && Operation == operation && Subresource == subresource;

    public static List<ManagedFieldsEntry> ReadAll(JsonObject? body) =>
    [
        .. body.Objects("metadata", "managedFields").Select(entry => new ManagedFieldsEntry(
            entry.Text("manager") ?? "",
            entry.Text("operation") ?? "",
            entry.Text("apiVersion") ?? "",
            entry.Text("subresource") ?? "",
            entry.Text("time") ?? "",
            FieldSet.FromFieldsV1(entry["fieldsV1"] as JsonObject ?? []))),
    ];

    public static void WriteAll(JsonObject body, IEnumerable<ManagedFieldsEntry> entries)
    {
        var written = entries
            .Where(entry => !entry.Fields.IsEmpty)
            .OrderBy(entry => entry.Operation, StringComparer.Ordinal)
            .ThenBy(entry => entry.Time, StringComparer.Ordinal)
            .ThenBy(entry => entry.Manager, StringComparer.Ordinal)
            .Select(entry => entry.ToJson())
            .ToList();
        if (written.Count == 0)
        {
            body.Child("metadata").Remove("managedFields");
        }
        else
        {
            body.Child("metadata")["managedFields"] = new JsonArray([.. written]);
        }
    }

    /// <summary>How a conflict names the manager.</summary>
    public string Describe()
    {
        if (Operation == "Apply")
        {
            return $"\"{Manager}\"";
        }

        var subresource = Subresource.Length > 0 ? $" with subresource \"{Subresource}\"" : "";
        return $"\"{Manager}\"{subresource} using {ApiVersion}";
    }

    private JsonObject ToJson()
    {
        var entry = new JsonObject
        {
            ["manager"] = Manager,
            ["operation"] = Operation,
            ["apiVersion"] = ApiVersion,
            ["time"] = Time,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = Fields.ToFieldsV1(),
        };
        if (Subresource.Length > 0)
        {
            entry["subresource"] = Subresource;
        }

        return entry;
    }
}
