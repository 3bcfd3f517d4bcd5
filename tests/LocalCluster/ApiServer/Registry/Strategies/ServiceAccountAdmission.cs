namespace BackupOperator.LocalCluster.ApiServer.Registry;

/// <summary>Gives a new pod its service account and the projected volume with the account's token (<c>plugin/pkg/admission/serviceaccount</c>).</summary>
internal static class ServiceAccountAdmission
{
    public const string TokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string VolumePrefix = "kube-api-access-";
    private const long TokenLifetimeSeconds = 3607;

    public static void Apply(JsonObject pod, StrategyContext context)
    {
        var spec = pod.Child("spec");
        var account = spec.Text("serviceAccountName");
        if (string.IsNullOrEmpty(account))
        {
            account = "default";
        }

        spec["serviceAccountName"] = account;
        spec["serviceAccount"] = account;
        var @namespace = pod.Text("metadata", "namespace") ?? "";
        var stored = context.Store.Get("/serviceaccounts", @namespace, account)
            ?? throw ApiErrors.Forbidden("", "pods", pod.Text("metadata", "name") ?? "", $"error looking up service account {@namespace}/{account}: serviceaccount \"{account}\" not found");
        var automount = spec["automountServiceAccountToken"] ?? stored.Body["automountServiceAccountToken"];
        if (automount is null || automount.GetValue<bool>())
        {
            Mount(spec, pod.Text("metadata", "uid") ?? "");
        }
    }

    private static void Mount(JsonObject spec, string uid)
    {
        var containers = spec.Objects("containers").Concat(spec.Objects("initContainers")).Where(container => !container.Objects("volumeMounts").Any(mount => mount.Text("mountPath") == TokenPath)).ToList();
        if (containers.Count == 0)
        {
            return;
        }

        var name = VolumePrefix + (uid.Length >= 5 ? uid[^5..] : "token");
        if (spec["volumes"] is not JsonArray volumes)
        {
            spec["volumes"] = volumes = [];
        }

        volumes.Add(Volume(name));
        foreach (var container in containers)
        {
            if (container["volumeMounts"] is not JsonArray mounts)
            {
                container["volumeMounts"] = mounts = [];
            }

            mounts.Add(new JsonObject { ["name"] = name, ["readOnly"] = true, ["mountPath"] = TokenPath });
        }
    }

    private static JsonObject Volume(string name) => new()
    {
        ["name"] = name,
        ["projected"] = new JsonObject
        {
            ["sources"] = new JsonArray(
                new JsonObject { ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = TokenLifetimeSeconds, ["path"] = "token" } },
                new JsonObject
                {
                    ["configMap"] = new JsonObject
                    {
                        ["name"] = "kube-root-ca.crt",
                        ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }),
                    },
                },
                new JsonObject
                {
                    ["downwardAPI"] = new JsonObject
                    {
                        ["items"] = new JsonArray(new JsonObject
                        {
                            ["path"] = "namespace",
                            ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" },
                        }),
                    },
                }),
            ["defaultMode"] = 420,
        },
    };
}
