using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Authorization;

/// <summary>What somebody wants to do with a resource.</summary>
internal sealed record AccessRequest(string Verb, string Group, string Resource, string Subresource, string Namespace, string Name)
{
    /// <summary>The resource as rules and messages name it.</summary>
    public string FullResource => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    /// <param name="fieldSelector">A list or watch of one name counts as access to that name.</param>
    public static AccessRequest From(RequestInfo info, string? fieldSelector)
    {
        const string NameTerm = "metadata.name=";
        var name = info.Name;
        if (name.Length == 0 && info.Verb is "list" or "watch" or "deletecollection" && fieldSelector is not null)
        {
            name = fieldSelector.Split(',').FirstOrDefault(term => term.StartsWith(NameTerm, StringComparison.Ordinal))?[NameTerm.Length..] ?? "";
        }

        return new AccessRequest(info.Verb, info.Group, info.Resource, info.Subresource, info.Resource == "namespaces" && info.Group.Length == 0 ? info.Name : info.Namespace, name);
    }

    public static AccessRequest FromReview(JsonNode? attributes) => new(
        attributes.Text("verb") ?? "",
        attributes.Text("group") ?? "",
        attributes.Text("resource") ?? "",
        attributes.Text("subresource") ?? "",
        attributes.Text("namespace") ?? "",
        attributes.Text("name") ?? "");
}
