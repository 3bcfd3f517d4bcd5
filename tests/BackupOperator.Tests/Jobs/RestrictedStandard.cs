using System.Text.Json.Nodes;

namespace BackupOperator.Tests.Jobs;

/// <summary>
/// The controls of the Pod Security Standards "baseline" and "restricted" for Linux pods, read from
/// https://kubernetes.io/docs/concepts/security/pod-security-standards and not from the code under test.
/// </summary>
internal static class RestrictedStandard
{
    private static readonly string[] AllowedVolumes =
        ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    private static readonly string[] AllowedSeLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

    public static IReadOnlyList<string> Violations(JsonObject pod)
    {
        var found = new List<string>();
        var context = pod["securityContext"] as JsonObject ?? [];
        foreach (var host in (string[])["hostNetwork", "hostPID", "hostIPC"])
        {
            Refuse((bool?)pod[host] == true, host);
        }

        foreach (var volume in (pod["volumes"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var types = volume.Select(p => p.Key).Where(key => key != "name").ToList();
            Refuse(types.Count != 1 || !AllowedVolumes.Contains(types[0]), $"volume {volume["name"]} of type {string.Join(",", types)}");
        }

        Refuse(context["sysctls"] is JsonArray { Count: > 0 }, "sysctls");
        Refuse((long?)context["runAsUser"] == 0, "pod runAsUser 0");
        CheckSeLinux(context, "pod");
        var containers = new[] { "containers", "initContainers", "ephemeralContainers" }.SelectMany(kind => pod[kind] as JsonArray ?? []).OfType<JsonObject>().ToList();
        Refuse(containers.Count == 0, "no container");
        foreach (var container in containers)
        {
            Check(container);
        }

        return found;

        void Check(JsonObject container)
        {
            var name = (string?)container["name"];
            var own = container["securityContext"] as JsonObject ?? [];
            Refuse((bool?)own["privileged"] == true, $"{name} is privileged");
            Refuse((bool?)own["allowPrivilegeEscalation"] != false, $"{name} allowPrivilegeEscalation");
            Refuse(((bool?)own["runAsNonRoot"] ?? (bool?)context["runAsNonRoot"]) != true, $"{name} runAsNonRoot");
            Refuse((long?)own["runAsUser"] == 0, $"{name} runAsUser 0");
            var seccomp = (string?)(own["seccompProfile"] ?? context["seccompProfile"])?["type"];
            Refuse(seccomp is not ("RuntimeDefault" or "Localhost"), $"{name} seccompProfile");
            var dropped = (own["capabilities"]?["drop"] as JsonArray ?? []).Select(c => (string?)c);
            Refuse(!dropped.Contains("ALL"), $"{name} does not drop ALL");
            foreach (var capability in (own["capabilities"]?["add"] as JsonArray ?? []).Select(c => (string?)c))
            {
                Refuse(capability != "NET_BIND_SERVICE", $"{name} adds {capability}");
            }

            Refuse((container["ports"] as JsonArray ?? []).Any(p => (int?)p?["hostPort"] is > 0), $"{name} hostPort");
            Refuse((string?)own["procMount"] is not (null or "Default"), $"{name} procMount");
            CheckSeLinux(own, name);
        }

        void CheckSeLinux(JsonObject from, string? where)
        {
            if (from["seLinuxOptions"] is JsonObject options)
            {
                Refuse(!AllowedSeLinuxTypes.Contains((string?)options["type"] ?? "") || options["user"] is not null || options["role"] is not null, $"{where} seLinuxOptions");
            }
        }

        void Refuse(bool violated, string what)
        {
            if (violated)
            {
                found.Add(what);
            }
        }
    }
}
