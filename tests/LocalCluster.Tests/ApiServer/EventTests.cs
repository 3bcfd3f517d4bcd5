using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer;

/// <summary>Events in their two forms.</summary>
public sealed class EventTests(ApiUnderTest api) : ApiSemantics(api)
{
    private string NewEvents => $"/apis/events.k8s.io/v1/namespaces/{Namespace}/events";

    [Fact]
    public async Task An_event_of_the_new_form_is_read_in_the_old_one()
    {
        (await Admin.Create(NewEvents, New("e"))).ShouldBe(201).Text("note").ShouldBe("it happened");
        var old = (await Admin.Get($"{Core}/events/e")).ShouldBe(200);
        old.Text("message").ShouldBe("it happened");
        old.Text("involvedObject", "name").ShouldBe("db");
        old.Text("reportingComponent").ShouldBe("example.com/operator");
        var found = (await Admin.Get($"{Core}/events?fieldSelector=involvedObject.name%3Ddb,involvedObject.kind%3DStatefulSet")).ShouldBe(200);
        found["items"]!.AsArray().Count.ShouldBe(1);
        (await Admin.Get($"{NewEvents}?fieldSelector=regarding.name%3Dother")).ShouldBe(200)["items"]!.AsArray().Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_series_is_patched_in_the_new_form()
    {
        await Admin.Create(NewEvents, New("e"));
        var patched = (await Admin.Patch($"{NewEvents}/e", Json("""{"series":{"count":2,"lastObservedTime":"2026-01-01T00:00:01.000000Z"}}"""))).ShouldBe(200);
        patched["series"]!["count"]!.GetValue<int>().ShouldBe(2);
        (await Admin.Get($"{Core}/events/e"))["series"]!["count"]!.GetValue<int>().ShouldBe(2);
    }

    [Theory]
    [InlineData("reportingController")]
    [InlineData("reportingInstance")]
    [InlineData("action")]
    [InlineData("reason")]
    [InlineData("eventTime")]
    public async Task A_new_event_says_who_did_what_when(string field)
    {
        var body = New("e").AsObject();
        body.Remove(field);
        (await Admin.Create(NewEvents, body)).ShouldBe(422).Message.ShouldContain(field);
    }

    [Fact]
    public async Task An_event_lies_beside_what_it_is_about()
    {
        var body = Json("""{"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","namespace":"elsewhere","name":"p"},"reason":"Tested","message":"it happened","type":"Normal"}""");
        (await Admin.Create($"{Core}/events", body)).ShouldBe(422).Message.ShouldContain("does not match event.namespace");
    }

    private System.Text.Json.Nodes.JsonNode New(string name) => Json($$$"""
        {"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"{{{name}}}"},"eventTime":"2026-01-01T00:00:00.000000Z","reportingController":"example.com/operator","reportingInstance":"operator-0",
        "action":"Test","reason":"Tested","type":"Normal","note":"it happened","regarding":{"apiVersion":"apps/v1","kind":"StatefulSet","namespace":"{{{Namespace}}}","name":"db"} }
        """);
}
