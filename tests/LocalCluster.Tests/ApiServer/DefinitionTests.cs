using System.Text.Json.Nodes;
using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer;

/// <summary>Which CustomResourceDefinitions are taken.</summary>
public sealed class DefinitionTests(ApiUnderTest api) : ApiSemantics(api)
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All";
    private const string Spec = "spec.validation.openAPIV3Schema.properties[spec]";

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"description":"x"}}}""", Spec + ".properties[a].type: Required value: must not be empty for specified object fields")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array"}}}""", Spec + ".properties[a].items: Required value: must be specified")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"object"},"x-kubernetes-list-type":"map"}}}""", Spec + ".properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"("}}}""", Spec + ".properties[a].pattern: Invalid value: \"(\": must be a valid regular expression, but isn't: error parsing regexp: ")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"^(?!x)"}}}""", "must be a valid regular expression, but isn't: error parsing regexp: invalid or unsupported Perl syntax")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer","default":"x"}}}""", Spec + ".properties[a].default: Invalid value: \"string\":  in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"string"}},"additionalProperties":{"type":"string"}}}}""", Spec + ".properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":"self.nope == 1"}]}""", "undefined field 'nope'")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":"has(self.nope)"}]}""", "undefined field 'nope'")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":"self.a =="}]}""", "Syntax error: mismatched input '<EOF>'")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":"foo(self)"}]}""", "undeclared reference to 'foo' (in container '')")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","maxLength":9}},"x-kubernetes-validations":[{"rule":"self.a > 1"}]}""", "found no matching overload for '_>_' applied to '(string, int)'")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","maxLength":9}},"x-kubernetes-validations":[{"rule":"size(self.a)"}]}""", "cel expression must evaluate to a bool")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","maxItems":9,"items":{"type":"object","properties":{"b":{"type":"integer"}}}}},"x-kubernetes-validations":[{"rule":"self.a.all(x, x.c > 1)"}]}""", "undefined field 'c'")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{"x":{"type":"integer"}}},"b":{"type":"object","properties":{"x":{"type":"integer"}}}},"x-kubernetes-validations":[{"rule":"self.a == self.b"}]}""", "found no matching overload for '_==_' applied to")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","maxItems":3,"items":{"type":"object","properties":{"x":{"type":"integer"}}}},"b":{"type":"object","properties":{"x":{"type":"integer"}}}},"x-kubernetes-validations":[{"rule":"self.a.exists(c, c == self.b)"}]}""", "found no matching overload for '_==_' applied to")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","maxItems":3,"items":{"type":"integer"}},"b":{"type":"array","maxItems":3,"items":{"type":"string","maxLength":3}}},"x-kubernetes-validations":[{"rule":"self.a == self.b"}]}""", "found no matching overload for '_==_' applied to '(list(int), list(string))'")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","maxItems":3,"items":{"type":"string","maxLength":3}}},"x-kubernetes-validations":[{"rule":"1 in self.a"}]}""", "found no matching overload for '@in' applied to '(int, list(string))'")]
    [InlineData("""{"type":"object","x-kubernetes-validations":[{"rule":"true","message":"a\nb"}]}""", "x-kubernetes-validations[0].message: Invalid value: \"a\\nb\": must not contain line breaks")]
    public async Task A_wrong_schema_is_refused(string spec, string error) =>
        (await Admin.Create(Definitions, Definition(spec))).ShouldBe(422).Message.ShouldContain(error);

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","default":"30m","pattern":"^([0-9]+[hms])+$"}},"x-kubernetes-validations":[{"rule":"self == oldSelf || !has(self.a)"}]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","maxItems":5,"items":{"type":"string","maxLength":9}},"b":{"x-kubernetes-int-or-string":true},"n":{"type":"integer"}},"x-kubernetes-validations":[{"rule":"!has(self.a) || self.a.all(x, x.startsWith('b') && size(x) > 1)"},{"rule":"self.n * 2 + 1 > 0 ? true : false","messageExpression":"self.n > 3 ? 'many' : 'few'"}]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{"x":{"type":"integer"}}},"l":{"type":"array","maxItems":3,"items":{"type":"string","maxLength":3}}},"x-kubernetes-validations":[{"rule":"self.a == oldSelf.a && 'x' in self.l && self.l == ['x'] && self.a.x in [1, 2]"}]}""")]
    public async Task A_right_schema_is_taken(string spec) => (await Admin.Create(Definitions, Definition(spec))).ShouldBe(201);

    [Fact]
    public async Task The_name_is_made_of_plural_and_group()
    {
        var definition = Definition("""{"type":"object"}""");
        definition["metadata"]!["name"] = "other.example.com";
        (await Admin.Create(Definitions, definition)).ShouldBe(422).Message.ShouldContain("metadata.name: Invalid value: \"other.example.com\": must be spec.names.plural+\".\"+spec.group");
    }

    private static JsonNode Definition(string spec) => Json($$$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"gadgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
        "names":{"plural":"gadgets","kind":"Gadget"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{{{spec}}} } } } }] } }
        """);
}
