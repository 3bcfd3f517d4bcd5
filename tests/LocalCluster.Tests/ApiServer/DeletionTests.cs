using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer;

/// <summary>Preconditions, finalizers and grace.</summary>
public sealed class DeletionTests(ApiUnderTest api) : ApiSemantics(api)
{
    [Fact]
    public async Task A_deletion_answers_with_what_went()
    {
        var made = await CreateConfigMap("a");
        var gone = (await Admin.Delete($"{Core}/configmaps/a")).ShouldBe(200);
        gone.Text("kind").ShouldBe("Status");
        gone.Text("status").ShouldBe("Success");
        gone.Text("details", "uid").ShouldBe(made.Uid);
        (await Admin.Delete($"{Core}/configmaps/a")).ShouldBe(404);
    }

    [Fact]
    public async Task A_wrong_uid_or_version_deletes_nothing()
    {
        var made = await CreateConfigMap("a");
        (await Admin.Delete($"{Core}/configmaps/a", Json("""{"preconditions":{"uid":"other"}}"""))).ShouldBe(409).Message.ShouldContain("the UID in the precondition (other) does not match the UID in record");
        (await Admin.Delete($"{Core}/configmaps/a", Json("""{"preconditions":{"resourceVersion":"1"}}"""))).ShouldBe(409).Message.ShouldContain("the ResourceVersion in the precondition (1) does not match the ResourceVersion in record");
        (await Admin.Delete($"{Core}/configmaps/a", Json($$$"""{"preconditions":{"uid":"{{{made.Uid}}}","resourceVersion":"{{{made.ResourceVersion}}}"}}"""))).ShouldBe(200);
    }

    [Fact]
    public async Task A_finalizer_holds_the_object_until_it_is_removed()
    {
        await CreateConfigMap("a", ""","finalizers":["example.com/hold"]""");
        var marked = (await Admin.Delete($"{Core}/configmaps/a")).ShouldBe(200);
        marked.Text("kind").ShouldBe("ConfigMap");
        marked.Text("metadata", "deletionTimestamp").ShouldNotBeEmpty();
        (await Admin.Patch($"{Core}/configmaps/a", Json("""{"metadata":{"finalizers":["example.com/hold","example.com/late"]}}"""))).ShouldBe(422).Message.ShouldContain("no new finalizers can be added if the object is being deleted");
        (await Admin.Patch($"{Core}/configmaps/a", Json("""{"metadata":{"finalizers":null}}"""))).ShouldBe(200);
        (await Admin.Get($"{Core}/configmaps/a")).ShouldBe(404);
    }

    [Fact]
    public async Task A_running_pod_waits_for_its_kubelet()
    {
        (await Admin.Create($"{Core}/pods", Json("""{"metadata":{"name":"p"},"spec":{"nodeName":"n","automountServiceAccountToken":false,"terminationGracePeriodSeconds":7,"containers":[{"name":"c","image":"i"}]}}"""))).ShouldBe(201);
        var marked = (await Admin.Delete($"{Core}/pods/p")).ShouldBe(200);
        marked["metadata"]!["deletionGracePeriodSeconds"]!.GetValue<int>().ShouldBe(7);
        (await Admin.Get($"{Core}/pods/p")).ShouldBe(200);
        (await Admin.Delete($"{Core}/pods/p", Json("""{"gracePeriodSeconds":0}"""))).ShouldBe(200);
        (await Admin.Get($"{Core}/pods/p")).ShouldBe(404);
    }

    [Fact]
    public async Task A_pod_without_a_node_goes_at_once()
    {
        (await Admin.Create($"{Core}/pods", Json("""{"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}"""))).ShouldBe(201);
        await Admin.Delete($"{Core}/pods/p");
        (await Admin.Get($"{Core}/pods/p")).ShouldBe(404);
    }

    [Fact]
    public async Task A_Job_is_deleted_without_its_pods_unless_asked()
    {
        await Admin.Create($"{Batch}/jobs", Job("j"));
        var answer = (await Admin.Delete($"{Batch}/jobs/j")).ShouldBe(200);
        answer.Json["metadata"]!["finalizers"]![0]!.GetValue<string>().ShouldBe("orphan");
        answer.Warnings.Single().ShouldContain("child pods are preserved by default when jobs are deleted");
    }

    [Fact]
    public async Task Foreground_marks_the_owner_first()
    {
        await CreateStatefulSet("db");
        var marked = (await Admin.Delete($"{Apps}/statefulsets/db", Json("""{"propagationPolicy":"Foreground"}"""))).ShouldBe(200);
        marked["metadata"]!["finalizers"]![0]!.GetValue<string>().ShouldBe("foregroundDeletion");
        marked.Generation.ShouldBe(2);
    }

    [Fact]
    public async Task A_policy_that_does_not_exist_is_refused() =>
        (await Admin.Delete($"{Core}/configmaps/a", Json("""{"propagationPolicy":"X"}"""))).ShouldBe(422).Message.ShouldContain("propagationPolicy: Unsupported value: \"X\"");
}
