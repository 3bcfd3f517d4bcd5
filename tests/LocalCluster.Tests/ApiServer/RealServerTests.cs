using System.Reflection;
using BackupOperator.LocalCluster.Tests.ApiServer.Support;

namespace BackupOperator.LocalCluster.Tests.ApiServer;

/// <summary>Every question that LocalCluster's API server is asked, asked of a real kube-apiserver where one is at hand.</summary>
public sealed class RealServerTests(RealServerTests.Fixture fixture) : IClassFixture<RealServerTests.Fixture>
{
    private static readonly IReadOnlyList<Question> Questions =
    [
        .. typeof(ApiSemantics).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ApiSemantics)))
            .SelectMany(type => type.GetMethods().Where(method => method.GetCustomAttribute<FactAttribute>() is not null).SelectMany(method => Question.Of(type, method))),
    ];

    public static IEnumerable<TheoryDataRow<string>> Names() => RealApi.Unavailable is { } reason
        ? [new TheoryDataRow<string>("all") { Skip = reason }]
        : Questions.Select(question => new TheoryDataRow<string>(question.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_real_server_answers_the_same(string question) => Questions.Single(candidate => candidate.Name == question).AskAsync(fixture.Api);

    /// <summary>One real server for all questions.</summary>
    public sealed class Fixture : IAsyncDisposable
    {
        public ApiUnderTest Api { get; } = ApiUnderTest.Of(new RealApi());

        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }

    private sealed record Question(Type Type, MethodInfo Method, object?[] Arguments)
    {
        public string Name { get; } = $"{Type.Name}.{Method.Name}({string.Join(", ", Arguments)})";

        public static IEnumerable<Question> Of(Type type, MethodInfo method)
        {
            var rows = method.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Data).ToList();
            return rows.Count == 0 ? [new Question(type, method, [])] : rows.Select(row => new Question(type, method, row!));
        }

        public async Task AskAsync(ApiUnderTest api)
        {
            await using var test = (ApiSemantics)Activator.CreateInstance(Type, api)!;
            await ((IAsyncLifetime)test).InitializeAsync();
            await (Task)Method.Invoke(test, Arguments)!;
        }
    }
}
