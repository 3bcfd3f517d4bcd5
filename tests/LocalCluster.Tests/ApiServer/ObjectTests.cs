using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer;

/// <summary>Creating, reading, replacing and listing objects.</summary>
public sealed class ObjectTests(ApiUnderTest api) : ApiSemantics(api)
{
    [Fact]
    public async Task A_new_object_gets_uid_version_and_time()
    {
        var made = (await CreateConfigMap("a")).ShouldBe(201);
        made.Uid.Length.ShouldBe(36);
        made.ResourceVersion.ShouldNotBeEmpty();
        made.Text("metadata", "creationTimestamp").ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$");
        made.Text("metadata", "namespace").ShouldBe(Namespace);
        (await Admin.Get($"{Core}/configmaps/a")).ShouldBe(200).ResourceVersion.ShouldBe(made.ResourceVersion);
    }

    [Theory]
    [InlineData("""{"metadata":{}}""", 422, "name or generateName is required")]
    [InlineData("""{"metadata":{"name":"A_"}}""", 422, "a lowercase RFC 1123 subdomain must consist of")]
    [InlineData("""{"metadata":{"name":"a","labels":{"x":"b c"}}}""", 422, "a valid label must be an empty string or consist of")]
    [InlineData("""{"metadata":{"name":"a","namespace":"elsewhere"}}""", 400, "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("""{"kind":"Secret","apiVersion":"v1","metadata":{"name":"a"}}""", 400, "cannot be handled as a ConfigMap")]
    [InlineData("""{"metadata":{"name":"a"},"data":{"x":1}}""", 400, "cannot be handled as a ConfigMap: json: cannot unmarshal")]
    [InlineData("""{"metadata":{"name":"a","resourceVersion":"5"}}""", 500, "resourceVersion should not be set on objects to be created")]
    public async Task A_wrong_object_is_refused_with_the_reason(string body, int code, string message)
    {
        var answer = (await Admin.Create($"{Core}/configmaps", Json(body))).ShouldBe(code);
        answer.Message.ShouldContain(message);
    }

    [Fact]
    public async Task A_name_can_be_generated()
    {
        var made = (await Admin.Create($"{Core}/configmaps", Json("""{"metadata":{"generateName":"run-"}}"""))).ShouldBe(201);
        made.Text("metadata", "name").ShouldMatch("^run-[a-z0-9]{5}$");
    }

    [Fact]
    public async Task A_taken_name_is_AlreadyExists()
    {
        await CreateConfigMap("a");
        var again = (await CreateConfigMap("a")).ShouldBe(409);
        again.Reason.ShouldBe("AlreadyExists");
        again.Message.ShouldBe("configmaps \"a\" already exists");
    }

    [Fact]
    public async Task Nothing_is_made_in_a_namespace_that_is_not_there()
    {
        var answer = (await Admin.Create("/api/v1/namespaces/nowhere/configmaps", Json("""{"metadata":{"name":"a"}}"""))).ShouldBe(404);
        answer.Message.ShouldBe("namespaces \"nowhere\" not found");
    }

    [Fact]
    public async Task A_missing_object_is_NotFound_with_its_kind()
    {
        var answer = (await Admin.Get($"{Apps}/statefulsets/none")).ShouldBe(404);
        answer.Reason.ShouldBe("NotFound");
        answer.Message.ShouldBe("statefulsets.apps \"none\" not found");
        answer.Text("details", "group").ShouldBe("apps");
    }

    [Fact]
    public async Task An_unknown_resource_is_not_found()
    {
        var answer = (await Admin.Get($"{Core}/nothings")).ShouldBe(404);
        answer.Message.ShouldBe("the server could not find the requested resource");
    }

    [Fact]
    public async Task Replacing_with_an_old_version_is_a_conflict_and_changes_nothing()
    {
        var first = await CreateConfigMap("a");
        var second = await Admin.Patch($"{Core}/configmaps/a", Json("""{"data":{"a":"2"}}"""));
        second.ResourceVersion.ShouldNotBe(first.ResourceVersion);
        var stale = (await Admin.Update($"{Core}/configmaps/a", first.Json)).ShouldBe(409);
        stale.Reason.ShouldBe("Conflict");
        stale.Message.ShouldBe("Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again");
        (await Admin.Get($"{Core}/configmaps/a")).Text("data", "a").ShouldBe("2");
    }

    [Fact]
    public async Task Replacing_by_an_object_of_another_uid_is_a_conflict()
    {
        await CreateConfigMap("a");
        var answer = (await Admin.Update($"{Core}/configmaps/a", Json("""{"metadata":{"name":"a","uid":"other"}}"""))).ShouldBe(409);
        answer.Message.ShouldContain("Precondition failed: UID in precondition: other, UID in object meta: ");
    }

    [Fact]
    public async Task The_name_in_the_body_must_be_the_name_in_the_path()
    {
        await CreateConfigMap("a");
        var answer = (await Admin.Update($"{Core}/configmaps/a", Json("""{"metadata":{"name":"b"}}"""))).ShouldBe(400);
        answer.Message.ShouldBe("the name of the object (b) does not match the name on the URL (a)");
    }

    [Fact]
    public async Task A_write_that_changes_nothing_keeps_the_version()
    {
        var made = await CreateConfigMap("a");
        (await Admin.Patch($"{Core}/configmaps/a", Json("""{"data":{"a":"1"}}"""))).ResourceVersion.ShouldBe(made.ResourceVersion);
    }

    [Fact]
    public async Task Generation_counts_changes_of_the_spec_only()
    {
        (await CreateStatefulSet("db")).Generation.ShouldBe(1);
        (await Admin.Patch($"{Apps}/statefulsets/db", Json("""{"metadata":{"labels":{"a":"b"}}}"""))).Generation.ShouldBe(1);
        (await Admin.Patch($"{Apps}/statefulsets/db/status", Json("""{"status":{"replicas":1}}"""))).Generation.ShouldBe(1);
        (await Admin.Patch($"{Apps}/statefulsets/db", Json("""{"spec":{"replicas":5}}"""))).Generation.ShouldBe(2);
    }

    [Fact]
    public async Task Spec_and_status_are_written_apart()
    {
        await CreateStatefulSet("db");
        var spec = await Admin.Patch($"{Apps}/statefulsets/db", Json("""{"spec":{"replicas":3},"status":{"replicas":7}}"""));
        spec["status"]!["replicas"]!.GetValue<int>().ShouldBe(0);
        var status = await Admin.Patch($"{Apps}/statefulsets/db/status", Json("""{"spec":{"replicas":9},"status":{"replicas":7}}"""));
        status["spec"]!["replicas"]!.GetValue<int>().ShouldBe(3);
        status["status"]!["replicas"]!.GetValue<int>().ShouldBe(7);
    }

    [Fact]
    public async Task Fixed_fields_of_a_StatefulSet_cannot_change()
    {
        await CreateStatefulSet("db");
        var answer = (await Admin.Patch($"{Apps}/statefulsets/db", Json("""{"spec":{"serviceName":"other"}}"""))).ShouldBe(422);
        answer.Message.ShouldContain("updates to statefulset spec for fields other than");
    }

    [Fact]
    public async Task Defaults_are_filled_in()
    {
        var set = await CreateStatefulSet("db");
        set.Text("spec", "podManagementPolicy").ShouldBe("OrderedReady");
        set["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"]!.GetValue<int>().ShouldBe(30);
        set["spec"]!["template"]!["spec"]!["containers"]![0]!["imagePullPolicy"]!.GetValue<string>().ShouldBe("IfNotPresent");
        var job = (await Admin.Create($"{Batch}/jobs", Job("j"))).ShouldBe(201);
        job["spec"]!["backoffLimit"]!.GetValue<int>().ShouldBe(6);
        job["spec"]!["selector"]!["matchLabels"]!["batch.kubernetes.io/controller-uid"]!.GetValue<string>().ShouldBe(job.Uid);
        job["spec"]!["template"]!["metadata"]!["labels"]!["job-name"]!.GetValue<string>().ShouldBe("j");
    }

    [Fact]
    public async Task Text_in_a_Secret_is_stored_as_data()
    {
        var made = (await Admin.Create($"{Core}/secrets", Json("""{"metadata":{"name":"s"},"stringData":{"password":"hunter2"}}"""))).ShouldBe(201);
        made.Text("data", "password").ShouldBe("aHVudGVyMg==");
        made["stringData"].ShouldBeNull();
        made.Text("type").ShouldBe("Opaque");
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_and_stores_nothing()
    {
        (await Admin.Create($"{Core}/configmaps?dryRun=All", Json("""{"metadata":{"name":"a"}}"""))).ShouldBe(201).Uid.ShouldNotBeEmpty();
        (await Admin.Get($"{Core}/configmaps/a")).ShouldBe(404);
    }

    [Fact]
    public async Task Unknown_fields_are_refused_warned_about_or_dropped()
    {
        var body = Json("""{"metadata":{"name":"a"},"dat":{"x":"1"}}""");
        (await Admin.Create($"{Core}/configmaps?fieldValidation=Strict", body)).ShouldBe(400).Message.ShouldBe("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"dat\"");
        (await Admin.Create($"{Core}/configmaps?fieldValidation=Warn&dryRun=All", body)).ShouldBe(201).Warnings.ShouldContain("299 - \"unknown field \\\"dat\\\"\"");
        var ignored = (await Admin.Create($"{Core}/configmaps?fieldValidation=Ignore", body)).ShouldBe(201);
        ignored.Warnings.ShouldBeEmpty();
        ignored["dat"].ShouldBeNull();
    }

    [Fact]
    public async Task A_mistake_deep_in_a_pod_template_is_found()
    {
        var job = Job("j");
        job["spec"]!["template"]!["spec"]!["containers"]![0]!["imagepullpolicy"] = "Always";
        (await Admin.Create($"{Batch}/jobs?fieldValidation=Strict", job)).ShouldBe(400).Message.ShouldContain("unknown field \"spec.template.spec.containers[0].imagepullpolicy\"");
    }

    [Fact]
    public async Task Scale_reads_and_writes_the_replicas()
    {
        await CreateStatefulSet("db");
        var scale = (await Admin.Get($"{Apps}/statefulsets/db/scale")).ShouldBe(200);
        scale.Text("kind").ShouldBe("Scale");
        scale["spec"]!["replicas"]!.GetValue<int>().ShouldBe(2);
        scale.Text("status", "selector").ShouldBe("app=db");
        (await Admin.Patch($"{Apps}/statefulsets/db/scale", Json("""{"spec":{"replicas":4}}"""))).ShouldBe(200);
        (await Admin.Get($"{Apps}/statefulsets/db"))["spec"]!["replicas"]!.GetValue<int>().ShouldBe(4);
        (await Admin.Update($"{Apps}/statefulsets/db/scale", scale.Json)).ShouldBe(409);
    }
}
