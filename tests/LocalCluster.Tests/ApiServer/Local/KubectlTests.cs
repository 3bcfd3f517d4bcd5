using System.Diagnostics;

namespace BackupOperator.LocalCluster.Tests.ApiServer.Local;

/// <summary>The real kubectl, with certificate verification.</summary>
public sealed class KubectlTests : LocalServer
{
    private static readonly string? Program = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, "kubectl")).FirstOrDefault(File.Exists);

    [Fact]
    public async Task Objects_are_applied_changed_printed_and_deleted()
    {
        var manifest = """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db}
            spec:
              serviceName: db
              replicas: 1
              selector: {matchLabels: {app: db}}
              template:
                metadata: {labels: {app: db}}
                spec:
                  containers: [{name: mysql, image: "mysql:8", env: [{name: A, value: b}]}]
            """;
        (await Run("apply -f -", manifest)).ShouldBe("statefulset.apps/db created");
        (await Run("apply -f -", manifest.Replace("replicas: 1", "replicas: 2", StringComparison.Ordinal))).ShouldBe("statefulset.apps/db configured");
        (await Run("apply --server-side -f -", manifest.Replace("replicas: 1", "replicas: 3", StringComparison.Ordinal), fails: true)).ShouldContain("conflict with \"kubectl-client-side-apply\" using apps/v1: .spec.replicas");
        (await Run("get sts -o wide")).ShouldMatch(@"NAME +READY +AGE +CONTAINERS +IMAGES\ndb +0/2 +\d+s +mysql +mysql:8");
        (await Run("scale sts/db --replicas=0")).ShouldBe("statefulset.apps/db scaled");
        (await Run("set env sts/db A=c")).ShouldBe("statefulset.apps/db env updated");
        (await Run("label sts db tier=data")).ShouldBe("statefulset.apps/db labeled");
        (await Run("annotate sts db note=x")).ShouldBe("statefulset.apps/db annotated");
        (await Run("patch sts db --type=json -p [{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":0}]")).ShouldContain("patched (no change)");
        (await Run("get sts db -o jsonpath={.spec.replicas}{.spec.template.spec.containers[0].env[0].value}{.metadata.labels.tier}")).ShouldBe("0cdata");
        (await Run("describe sts db")).ShouldContain("Replicas:           0 desired | 0 total");
        (await Run("wait --for=jsonpath={.spec.replicas}=0 sts/db --timeout=5s")).ShouldBe("statefulset.apps/db condition met");
        (await Run("delete sts db --timeout=10s")).ShouldBe("statefulset.apps \"db\" deleted");
        (await Run("get sts db", fails: true)).ShouldBe("Error from server (NotFound): statefulsets.apps \"db\" not found");
    }

    [Fact]
    public async Task Mistakes_are_told_before_anything_is_stored()
    {
        var error = await Run("apply -f -", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndta: {x: y}", fails: true);
        error.ShouldContain("strict decoding error: unknown field \"dta\"");
        (await Run("get cm a", fails: true)).ShouldContain("not found");
    }

    [Fact]
    public async Task Custom_resources_work_like_others()
    {
        await Run($"apply -f {Path.Combine(AppContext.BaseDirectory, "ApiServer", "widgets.crd.yaml")}");
        (await Run("wait --for=condition=Established crd/widgets.example.com --timeout=10s")).ShouldEndWith("condition met");
        (await Run("apply -f -", Widget("{target: abc}"))).ShouldBe("widget.example.com/w created");
        (await Run("apply -f -", Widget("{target: abc, size: 9}"), fails: true)).ShouldContain("The Widget \"w\" is invalid: spec: Invalid value: size must not exceed maxSize");
        (await Run("get wd -o wide")).ShouldMatch(@"NAME +SIZE +PHASE +WHEN +MODE +READY +AGE\nw +1 +Slow +\d+s");
        (await Run("scale wd/w --replicas=2")).ShouldBe("widget.example.com/w scaled");
        (await Run("explain widget.spec.mode")).ShouldContain("FIELD: mode <string>");
        (await Run("delete crd widgets.example.com --timeout=10s")).ShouldContain("deleted");
        (await Run("api-resources --api-group=example.com")).ShouldNotContain("widgets");
    }

    [Fact]
    public async Task Kinds_that_kubectl_sends_in_binary_form_are_read()
    {
        (await Run("create namespace demo")).ShouldBe("namespace/demo created");
        (await Run("-n demo create configmap a --from-literal=x=y")).ShouldBe("configmap/a created");
        (await Run("-n demo create secret generic s --from-literal=password=p")).ShouldBe("secret/s created");
        (await Run("-n demo create serviceaccount u")).ShouldBe("serviceaccount/u created");
        (await Run("-n demo create role r --verb=get --resource=pods --resource-name=a")).ShouldBe("role.rbac.authorization.k8s.io/r created");
        (await Run("-n demo create rolebinding r --role=r --serviceaccount=demo:u")).ShouldBe("rolebinding.rbac.authorization.k8s.io/r created");
        (await Run("auth can-i delete pods")).ShouldBe("yes");
        (await Run("auth whoami -o jsonpath={.status.userInfo.username}")).ShouldBe("kubernetes-admin");
        (await Run("-n demo get secret s -o jsonpath={.data.password}")).ShouldBe("cA==");
        (await Run("delete namespace demo --timeout=10s")).ShouldBe("namespace \"demo\" deleted");
    }

    private static string Widget(string spec) => $"apiVersion: example.com/v1\nkind: Widget\nmetadata: {{name: w}}\nspec: {spec}";

    private async Task<string> Run(string arguments, string? input = null, bool fails = false)
    {
        Assert.SkipWhen(Program is null, "kubectl is not installed");
        using var process = new Process { StartInfo = new ProcessStartInfo(Program!, arguments.Split(' ')) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true } };
        process.StartInfo.Environment["KUBECONFIG"] = Server.KubeconfigPath;
        process.StartInfo.Environment["HOME"] = Path.GetDirectoryName(Server.KubeconfigPath)!;
        process.StartInfo.ArgumentList.Add($"--cache-dir={Server.KubeconfigPath}.cache");
        process.Start();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        var text = (output + await error).Trim();
        (process.ExitCode != 0).ShouldBe(fails, $"kubectl {arguments}: {text}");
        return text;
    }
}
