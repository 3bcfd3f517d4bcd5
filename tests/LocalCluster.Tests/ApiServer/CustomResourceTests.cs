using System.Text.Json.Nodes;
using BackupOperator.LocalCluster.ApiServer.Json;
using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer;

/// <summary>What a CustomResourceDefinition makes: schema, rules, subresources, columns.</summary>
public sealed class CustomResourceTests(ApiUnderTest api) : ApiSemantics(api), IAsyncLifetime
{
    private const string Skipped = "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
    private static readonly SemaphoreSlim Installing = new(1, 1);

    private string Widgets => $"/apis/example.com/v1/namespaces/{Namespace}/widgets";

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await Installing.WaitAsync();
        try
        {
            var crd = YamlReading.ParseAll(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "ApiServer", "widgets.crd.yaml")))[0]!;
            (await Admin.Create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)).Code.ShouldBeOneOf(201, 409);
            await Admin.Eventually(Widgets, answer => answer.Code == 200);
        }
        finally
        {
            Installing.Release();
        }
    }

    [Fact]
    public async Task The_definition_says_that_it_is_established()
    {
        var crd = await Admin.Eventually("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com", answer => answer.Json["status"]?["conditions"]?.AsArray().Count >= 2);
        crd["status"]!["conditions"]!.AsArray().Select(condition => $"{condition!["type"]}={condition["status"]}").ShouldBe(["NamesAccepted=True", "Established=True"], ignoreOrder: true);
        crd["status"]!["acceptedNames"]!["singular"]!.GetValue<string>().ShouldBe("widget");
    }

    [Fact]
    public async Task Defaults_are_filled_in()
    {
        var made = (await Create("""{"target":"abc","parts":[{"name":"x"}]}""")).ShouldBe(201);
        JsonNode.DeepEquals(made["spec"], Json("""{"target":"abc","size":1,"maxSize":5,"mode":"Slow","parts":[{"name":"x","count":3}]}""")).ShouldBeTrue(made.Json.ToJsonString());
        made.Generation.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{}""", "spec.target: Required value", true)]
    [InlineData("""{"target":5}""", "spec.target: Invalid value: \"integer\": spec.target in body must be of type string: \"integer\"", true)]
    [InlineData("""{"target":""}""", "spec.target: Invalid value: \"\": spec.target in body should be at least 1 chars long", false)]
    [InlineData("""{"target":"abcdefghijklm"}""", "spec.target: Too long: may not be more than 10 bytes", true)]
    [InlineData("""{"target":"ABC"}""", "spec.target: Invalid value: \"ABC\": spec.target in body should match '^[a-z]+$'", false)]
    [InlineData("""{"target":"abc","maxSize":20,"size":11}""", "spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10", false)]
    [InlineData("""{"target":"abc","ratio":0.7}""", "spec.ratio: Invalid value: 0.7: spec.ratio in body should be a multiple of 0.5", false)]
    [InlineData("""{"target":"abc","mode":"X"}""", "spec.mode: Unsupported value: \"X\": supported values: \"Fast\", \"Slow\"", true)]
    [InlineData("""{"target":"abc","mode":"Fast"}""", "spec.speed: Required value: mode Fast needs speed", false)]
    [InlineData("""{"target":"abc","size":7}""", "spec: Invalid value: size must not exceed maxSize", false)]
    [InlineData("""{"target":"abc","port":true}""", "spec.port: Invalid value: \"boolean\": spec.port in body must be of type integer,string: \"boolean\"", true)]
    [InlineData("""{"target":"abc","when":"yesterday"}""", "spec.when: Invalid value: \"yesterday\": spec.when in body must be of type date-time: \"yesterday\"", true)]
    [InlineData("""{"target":"abc","labels":{"a":1}}""", "spec.labels.a: Invalid value: \"integer\": spec.labels.a in body must be of type string: \"integer\"", true)]
    [InlineData("""{"target":"abc","labels":{"a":"1","b":"2","c":"3"}}""", "spec.labels: Too many: 3: must have at most 2 items", true)]
    [InlineData("""{"target":"abc","tags":["a","a"]}""", "spec.tags[1]: Duplicate value: \"a\"", false)]
    [InlineData("""{"target":"abc","tags":["a","b","c","d"]}""", "spec.tags: Too many: 4: must have at most 3 items", true)]
    [InlineData("""{"target":"abc","parts":[{"name":"a"},{"name":"a"}]}""", "spec.parts[1]: Duplicate value: {\"name\":\"a\"}", false)]
    [InlineData("""{"target":"abc","parts":[{"count":1}]}""", "spec.parts[0].name: Required value", true)]
    [InlineData("""{"target":"abc","parts":{}}""", "spec.parts: Invalid value: \"object\": spec.parts in body must be of type array: \"object\"", true)]
    [InlineData("""{"target":null}""", "spec.target: Required value", true)]
    public async Task A_wrong_field_is_named_with_the_reason(string spec, string error, bool skipsRules)
    {
        var answer = (await Create(spec)).ShouldBe(422);
        var expected = skipsRules ? $"[{error}, <nil>: Invalid value: null: {Skipped}]" : error;
        answer.Message.ShouldBe($"Widget.example.com \"w\" is invalid: {expected}");
        answer.Causes[0].ShouldBe(error);
    }

    [Theory]
    [InlineData("""{"target":"abc","port":"http"}""")]
    [InlineData("""{"target":"abc","port":80}""")]
    [InlineData("""{"target":"abc","speed":null}""")]
    [InlineData("""{"target":"abc","size":null}""")]
    [InlineData("""{"target":"abc","mode":"Fast","speed":3}""")]
    [InlineData("""{"target":"abc","when":"2026-01-02T03:04:05.678+01:00","free":{"x":{"y":[1]}}}""")]
    [InlineData("""{"target":"abc","window":{"from":"2026-01-01T00:00:00Z","to":"2026-01-01T06:00:00Z","longest":"6h"}}""")]
    public async Task A_right_object_is_taken(string spec) => (await Create(spec)).ShouldBe(201);

    [Theory]
    [InlineData("""{"target":"abc","window":{"from":"2026-01-01T00:00:00Z","to":"2026-01-01T07:00:00Z","longest":"6h"}}""", "spec.window: Invalid value: the window is longer than longest")]
    [InlineData("""{"target":"abc","window":{"from":"2026-01-02T00:00:00Z","to":"2026-01-01T07:00:00Z"}}""", "spec.window: Invalid value: from must be before to")]
    [InlineData("""{"target":"abc","tags":["ok","not-ok"]}""", "spec.tags: Invalid value: tags are words")]
    [InlineData("""{"target":"abc","s3":{},"volume":{}}""", "spec: Invalid value: exactly one of s3 and volume")]
    public async Task Rules_are_evaluated(string spec, string error) =>
        (await Create(spec)).ShouldBe(422).Message.ShouldBe($"Widget.example.com \"w\" is invalid: {error}");

    [Fact]
    public async Task Unknown_fields_are_pruned_or_refused()
    {
        var body = Widget("""{"target":"abc","free":{"x":1},"bogus":1,"parts":[{"name":"a","zz":1}]}""");
        (await Admin.Create($"{Widgets}?fieldValidation=Strict", body)).ShouldBe(400).Message.ShouldBe("Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: unknown field \"spec.bogus\", unknown field \"spec.parts[0].zz\"");
        var made = (await Admin.Create($"{Widgets}", body)).ShouldBe(201);
        made["spec"]!["bogus"].ShouldBeNull();
        made["spec"]!["free"]!["x"]!.GetValue<int>().ShouldBe(1);
        made.Warnings.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Transition_rules_compare_with_the_old_object()
    {
        await Create("""{"target":"abc"}""");
        (await Admin.Patch($"{Widgets}/w", Json("""{"spec":{"target":"abd"}}"""))).ShouldBe(422).Message.ShouldBe("Widget.example.com \"w\" is invalid: spec.target: Invalid value: \"abd\": target is immutable");
        (await Admin.Patch($"{Widgets}/w", Json("""{"spec":{"size":2}}"""))).ShouldBe(200).Generation.ShouldBe(2);
    }

    [Fact]
    public async Task Status_is_written_apart_and_checked()
    {
        await Create("""{"target":"abc"}""");
        var written = (await Admin.Patch($"{Widgets}/w/status", Json("""{"spec":{"size":3},"metadata":{"labels":{"a":"b"}},"status":{"phase":"A"}}"""))).ShouldBe(200);
        written.Generation.ShouldBe(1);
        written["spec"]!["size"]!.GetValue<int>().ShouldBe(1);
        written["metadata"]!["labels"].ShouldBeNull();
        (await Admin.Patch($"{Widgets}/w", Json("""{"status":{"phase":"B"}}"""))).Text("status", "phase").ShouldBe("A");
        (await Admin.Patch($"{Widgets}/w/status", Json("""{"status":{"phase":"Z"}}"""))).ShouldBe(422).Message.ShouldContain("status.phase: Unsupported value: \"Z\"");
    }

    [Fact]
    public async Task A_uid_in_a_patch_of_the_status_is_no_precondition_but_a_version_and_a_test_are()
    {
        await Create("""{"target":"abc"}""");
        (await Admin.Patch($"{Widgets}/w/status", Json("""{"metadata":{"uid":"other"},"status":{"phase":"A"}}"""))).ShouldBe(200);
        (await Admin.Patch($"{Widgets}/w", Json("""{"metadata":{"uid":"other"}}"""))).ShouldBe(422);
        (await Admin.Patch($"{Widgets}/w/status", Json("""{"metadata":{"resourceVersion":"1"},"status":{"phase":"B"}}"""))).ShouldBe(409);
        (await Admin.Patch($"{Widgets}/w/status", Json("""[{"op":"test","path":"/metadata/uid","value":"other"},{"op":"add","path":"/status/phase","value":"B"}]"""), ApiClient.JsonPatch)).ShouldBe(422);
    }

    [Fact]
    public async Task Replacing_needs_a_version()
    {
        await Create("""{"target":"abc"}""");
        (await Admin.Update($"{Widgets}/w", Widget("""{"target":"abc"}"""))).ShouldBe(422).Message.ShouldContain("metadata.resourceVersion: Invalid value: 0");
    }

    [Fact]
    public async Task Strategic_merge_is_not_for_custom_resources()
    {
        await Create("""{"target":"abc"}""");
        (await Admin.Patch($"{Widgets}/w", Json("{}"), ApiClient.StrategicPatch)).ShouldBe(415).Message.ShouldContain("application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
    }

    [Fact]
    public async Task Scale_follows_the_paths()
    {
        await Create("""{"target":"abc"}""");
        (await Admin.Patch($"{Widgets}/w/scale", Json("""{"spec":{"replicas":4}}"""))).ShouldBe(200)["spec"]!["replicas"]!.GetValue<int>().ShouldBe(4);
        (await Admin.Patch($"{Widgets}/w/scale", Json("""{"spec":{"replicas":9}}"""))).ShouldBe(422).Message.ShouldContain("size must not exceed maxSize");
        (await Admin.Get($"{Widgets}/w"))["spec"]!["size"]!.GetValue<int>().ShouldBe(4);
    }

    [Fact]
    public async Task Columns_are_printed()
    {
        await Create("""{"target":"abc"}""");
        await Admin.Patch($"{Widgets}/w/status", Json("""{"status":{"phase":"A","conditions":[{"type":"Other","status":"False"},{"type":"Ready","status":"True"}],"when":"2020-01-01T00:00:00Z"}}"""));
        var table = (await Admin.Get(Widgets, ApiClient.Table)).ShouldBe(200);
        table.Text("kind").ShouldBe("Table");
        table["columnDefinitions"]!.AsArray().Select(column => $"{column!["name"]}:{column["type"]}:{column["priority"]}").ShouldBe(["Name:string:0", "Size:integer:0", "Phase:string:0", "When:date:0", "Mode:string:1", "Ready:string:0", "Age:date:0"]);
        var cells = table["rows"]![0]!["cells"]!.AsArray();
        cells.Take(3).Select(cell => cell!.ToString()).ShouldBe(["w", "1", "A"]);
        cells[3]!.GetValue<string>().ShouldMatch("^[0-9]+y([0-9]+d)?$");
        cells[5]!.GetValue<string>().ShouldBe("True");
        table["rows"]![0]!["object"]!["kind"]!.GetValue<string>().ShouldBe("PartialObjectMetadata");
    }

    [Fact]
    public async Task Objects_can_be_selected_by_the_fields_that_the_definition_names()
    {
        await Create("""{"target":"abc"}""");
        (await Admin.Create(Widgets, Json("""{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"v"},"spec":{"target":"def"}}"""))).ShouldBe(201);
        var list = (await Admin.Get($"{Widgets}?fieldSelector=spec.target%3Ddef")).ShouldBe(200);
        list["items"]!.AsArray().ShouldHaveSingleItem()!["metadata"]!["name"]!.GetValue<string>().ShouldBe("v");
    }

    [Fact]
    public async Task Applied_lists_are_joined_by_the_keys_of_the_schema()
    {
        await Admin.Apply($"{Widgets}/w", Widget("""{"target":"abc","parts":[{"name":"a"}]}"""), "one");
        var joined = (await Admin.Apply($"{Widgets}/w", Json("""{"apiVersion":"example.com/v1","kind":"Widget","spec":{"parts":[{"name":"b"}]}}"""), "two")).ShouldBe(200);
        joined["spec"]!["parts"]!.AsArray().Select(part => part!["name"]!.GetValue<string>()).ShouldBe(["a", "b"]);
        var left = (await Admin.Apply($"{Widgets}/w", Widget("""{"target":"abc"}"""), "one")).ShouldBe(200);
        left["spec"]!["parts"]!.AsArray().Select(part => part!["name"]!.GetValue<string>()).ShouldBe(["b"]);
    }

    private Task<ApiAnswer> Create(string spec) => Admin.Create(Widgets, Widget(spec));

    private static JsonNode Widget(string spec) => Json($$$"""{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"w"},"spec":{{{spec}}}}""");
}
