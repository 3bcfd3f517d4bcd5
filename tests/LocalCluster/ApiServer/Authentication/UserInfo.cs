namespace BackupOperator.LocalCluster.ApiServer.Authentication;

/// <summary>Who asks (<c>authentication/v1 UserInfo</c>).</summary>
internal sealed record UserInfo(string Name, IReadOnlyList<string> Groups, string Uid = "")
{
    public static UserInfo Admin { get; } = new("kubernetes-admin", ["system:masters", "system:authenticated"]);

    public static UserInfo Anonymous { get; } = new("system:anonymous", ["system:unauthenticated"]);

    public bool IsMaster => Groups.Contains("system:masters");

    public static UserInfo ServiceAccount(string @namespace, string name, string uid) => new(
        $"system:serviceaccount:{@namespace}:{name}",
        ["system:serviceaccounts", $"system:serviceaccounts:{@namespace}", "system:authenticated"],
        uid);

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["username"] = Name, ["groups"] = new JsonArray([.. Groups.Select(group => JsonValue.Create(group))]) };
        if (Uid.Length > 0)
        {
            json["uid"] = Uid;
        }

        return json;
    }
}
