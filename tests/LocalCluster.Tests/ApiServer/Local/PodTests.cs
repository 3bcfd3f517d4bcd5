using System.Text;
using BackupOperator.LocalCluster.ApiServer;
using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer.Local;

public sealed class PodTests : LocalServer
{
    [Fact]
    public async Task A_pod_gets_the_token_of_its_service_account()
    {
        var pod = (await Create("p")).ShouldBe(201);
        pod.Text("spec", "serviceAccountName").ShouldBe("default");
        var volume = pod["spec"]!["volumes"]!.AsArray().ShouldHaveSingleItem()!;
        volume["projected"]!["sources"]!.AsArray().Count.ShouldBe(3);
        pod["spec"]!["containers"]![0]!["volumeMounts"]![0]!["mountPath"]!.GetValue<string>().ShouldBe("/var/run/secrets/kubernetes.io/serviceaccount");
    }

    [Fact]
    public async Task A_pod_of_an_account_that_is_not_there_is_refused() =>
        (await Admin.Create($"{Core}/pods", Json("""{"metadata":{"name":"p"},"spec":{"serviceAccountName":"none","containers":[{"name":"c","image":"i"}]}}"""))).ShouldBe(403).Message.ShouldContain("error looking up service account default/none: serviceaccount \"none\" not found");

    [Fact]
    public async Task A_pod_is_bound_once()
    {
        await Create("p");
        var binding = """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"n1"}}""";
        (await Admin.Create($"{Core}/pods/p/binding", Json(binding))).ShouldBe(201);
        var pod = await Admin.Get($"{Core}/pods/p");
        pod.Text("spec", "nodeName").ShouldBe("n1");
        pod["status"]!["conditions"]![0]!["type"]!.GetValue<string>().ShouldBe("PodScheduled");
        (await Admin.Create($"{Core}/pods/p/binding", Json(binding))).ShouldBe(409);
    }

    [Fact]
    public async Task Logs_come_from_what_runs_the_containers()
    {
        await Create("p");
        (await Admin.Get($"{Core}/pods/p/log")).ShouldBe(400).Message.ShouldBe("container \"c\" in pod \"p\" is waiting to start: ContainerCreating");
        var logs = new FixedLogs("hello\n");
        Server.PodLogs = logs;
        (await Admin.Get($"{Core}/pods/p/log?tailLines=3&previous=true")).ShouldBe(200).Text("text").ShouldBe("hello\n");
        logs.Asked!.ShouldBe(new PodLogRequest("default", "p", logs.Asked!.PodUid, "c", false, true, 3, null, null, false));
        (await Admin.Get($"{Core}/pods/p/log?container=x")).ShouldBe(400).Message.ShouldBe("container x is not valid for pod p");
    }

    [Fact]
    public async Task A_pods_spec_stays_as_it_is()
    {
        await Create("p");
        (await Admin.Patch($"{Core}/pods/p", Json("""{"spec":{"restartPolicy":"Never"}}"""))).ShouldBe(422).Message.ShouldContain("pod updates may not change fields other than");
    }

    private Task<ApiAnswer> Create(string name) =>
        Admin.Create($"{Core}/pods", Json($$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"containers":[{"name":"c","image":"i"}]}}"""));

    private sealed class FixedLogs(string text) : IPodLogs
    {
        public PodLogRequest? Asked { get; private set; }

        public async Task<bool> CopyAsync(PodLogRequest request, Stream destination, CancellationToken cancellationToken)
        {
            Asked = request;
            await destination.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
            return true;
        }
    }
}
