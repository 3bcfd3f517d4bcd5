using BackupOperator.Guard;
using BackupOperator.Targets;
using BackupOperator.TestSupport.Time;

namespace BackupOperator.Tests.Guard;

public sealed class PodAnswerTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-05-01T12:00:00Z");

    [Theory]
    [InlineData("mysqld", "mysqld", 5, true)]
    [InlineData("exporter", "mysqld", 5, false, "the probe of a container beside MySQL says nothing of it")]
    [InlineData("exporter", null, 5, true, "nobody knows which one is MySQL's")]
    [InlineData("exporter", "mysqld", 61, true)]
    public async Task A_server_that_cannot_be_reached_answers_by_the_readiness_of_its_own_container(string probed, string? container, int seconds, bool answers, string because = "")
    {
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = "db-0" },
            Spec = new V1PodSpec
            {
                Containers = [.. new[] { "mysqld", "exporter" }.Select(name => new V1Container { Name = name, Image = "x", ReadinessProbe = name == probed ? new V1Probe() : null })],
            },
            Status = new V1PodStatus { PodIP = "10.0.0.1", Conditions = [new V1Condition { Type = "Ready", Status = "True", LastTransitionTime = Now.AddSeconds(-seconds) }] },
        };

        var answer = new PodAnswer(new Unreachable(), new FakeTimeProvider(Now));

        (await answer.AnswersAsync(pod, container, 3306, CancellationToken.None)).ShouldBe(answers, because);
    }

    private sealed class Unreachable : IServerProbe
    {
        public Task<ServerAnswer> AskAsync(string host, int port, CancellationToken cancellationToken) => Task.FromResult(ServerAnswer.Silent);

        public Task<string?> VersionAsync(V1Pod pod, int port, CancellationToken cancellationToken) => Task.FromResult<string?>(null);
    }
}
