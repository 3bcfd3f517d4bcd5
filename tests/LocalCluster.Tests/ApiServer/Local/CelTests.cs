using System.Text.Json.Nodes;
using BackupOperator.LocalCluster.ApiServer.Cel;
using BackupOperator.LocalCluster.ApiServer.Schema;

namespace BackupOperator.LocalCluster.Tests.ApiServer.Local;

public sealed class CelTests
{
    private static readonly JsonNode Self = JsonNode.Parse("""{"name":"db","size":3,"ratio":1,"on":true,"none":null,"list":[1,2,3],"words":["a","b"],"map":{"x":"1","y":"2"},"when":"2026-01-01T10:00:00Z","wait":"90s","nested":[{"k":"a","v":1},{"k":"b","v":2}],"a-b":"dash","namespace":"ns","memory":"1Gi"}""")!;
    private static readonly ObjectSchema Schema = SchemaReader.Read(JsonNode.Parse("""{"type":"object","properties":{"ratio":{"type":"number"},"when":{"type":"string","format":"date-time"},"wait":{"type":"string","format":"duration"}},"x-kubernetes-preserve-unknown-fields":true}""")!.AsObject());

    [Theory]
    [InlineData("1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && 7 / 2 == 3 && 7 % 4 == 3 && -2 - -3 == 1")]
    [InlineData("1.5 * 2.0 == 3.0 && self.ratio == 1.0 && double(2) > 1.5 && int(3.9) == 3 && string(12) == '12' && int('7') == 7")]
    [InlineData("self.name == 'db' && self.name != \"x\" && self.name.size() == 2 && size('äö') == 2")]
    [InlineData("self.name.startsWith('d') && self.name.endsWith('b') && self.name.contains('b') && self.name.matches('^[a-z]+$')")]
    [InlineData("has(self.name) && !has(self.missing) && !has(self.map.z) && has(self.map.x)")]
    [InlineData("self.size in self.list && !(9 in self.list) && 'x' in self.map && 'a' in ['a', 'b']")]
    [InlineData("self.list.all(n, n > 0) && self.list.exists(n, n == 2) && self.list.exists_one(n, n > 2) && !self.list.exists(n, n > 3)")]
    [InlineData("self.list.filter(n, n > 1) == [2, 3] && self.list.map(n, n * 2) == [2, 4, 6] && self.list.map(n, n > 1, n * n) == [4, 9]")]
    [InlineData("self.map.all(key, self.map[key].size() == 1) && self.map['x'] == '1' && self.list[0] == 1")]
    [InlineData("self.nested.all(e, self.nested.exists_one(f, f.k == e.k)) && self.nested.map(e, e.v).sum() == 3")]
    [InlineData("self.on ? true : self.missing == 1")]
    [InlineData("self.missing == 1 || true")]
    [InlineData("true || self.missing == 1")]
    [InlineData("!(false && self.missing == 1) && !(self.missing == 1 && false)")]
    [InlineData("self.list.exists(n, n == 2 || self.missing == 1)")]
    [InlineData("self.when < timestamp('2026-01-01T11:00:00Z') && self.when + duration('1h') == timestamp('2026-01-01T11:00:00Z') && self.when.getHours() == 10")]
    [InlineData("self.wait == duration('1m30s') && self.wait > duration('1m') && self.wait.getSeconds() == 90")]
    [InlineData("self.a__dash__b == 'dash' && self.__namespace__ == 'ns'")]
    [InlineData("{'a': 1, 'b': 2}['b'] == 2 && size({'a': 1}) == 1 && [1, 2] + [3] == [1, 2, 3]")]
    [InlineData("self.words.join(',') == 'a,b' && 'a-b'.split('-') == self.words && 'AbC'.lowerAscii() == 'abc' && 'abc'.substring(1, 2) == 'b' && 'abc'.replace('b', 'x') == 'axc' && 'abc'.indexOf('c') == 2")]
    [InlineData("quantity(self.memory).isGreaterThan(quantity('500Mi')) && isQuantity('250m') && !isQuantity('x') && quantity('1k').compareTo(quantity('1000')) == 0")]
    [InlineData("r'\\d' == '\\\\d' && 'it\\'s' == \"it's\"")]
    [InlineData("'\\u00e4\\n' == 'ä\\n' && '''a'b''' == \"a'b\" && 0x10 == 16 && 1e3 == 1000.0 && 5u == 5u")]
    [InlineData("type(1) == type(2) // a remark")]
    [InlineData("1 == 1.0 && dyn(2) > 1.5")]
    public void Is_true(string expression) => Evaluate(expression).ShouldBe(true);

    [Theory]
    [InlineData("self.missing == 1", "no such key: missing")]
    [InlineData("self.list[9] == 1", "index out of bounds: 9")]
    [InlineData("1 / 0 == 1", "division by zero")]
    [InlineData("9223372036854775807 + 1 > 0", "integer overflow")]
    [InlineData("self.name > 1", "no such overload")]
    [InlineData("int('x') == 1", "strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("self.name.matches('(')", "error parsing regexp")]
    [InlineData("self.list.all(n, n > self.missing)", "no such key: missing")]
    [InlineData("nobody == 1", "undeclared reference to 'nobody'")]
    public void Has_no_value(string expression, string error) =>
        Should.Throw<CelException>(() => Evaluate(expression)).Message.ShouldContain(error);

    [Theory]
    [InlineData("self.a ==")]
    [InlineData("(1 + 2")]
    [InlineData("'open")]
    [InlineData("1 1")]
    [InlineData("a.b.")]
    [InlineData("has(self)")]
    [InlineData("#")]
    [InlineData("")]
    public void Does_not_parse(string expression) => Should.Throw<CelException>(() => CelParser.Parse(expression));

    private static object? Evaluate(string expression) =>
        new CelEvaluator(new Dictionary<string, object?>(StringComparer.Ordinal) { ["self"] = CelData.From(Self, Schema) }).Evaluate(CelParser.Parse(expression));
}
