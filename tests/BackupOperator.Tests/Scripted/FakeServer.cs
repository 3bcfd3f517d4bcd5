using BackupOperator.Targets;

namespace BackupOperator.Tests.Scripted;

/// <summary>A MySQL server of which only the answer matters.</summary>
internal sealed class FakeServer : IServerProbe
{
    public ServerAnswer Answer { get; set; } = ServerAnswer.Alive;

    public Task<ServerAnswer> AskAsync(string host, int port, CancellationToken cancellationToken) => Task.FromResult(Answer);

    public Task<string?> VersionAsync(V1Pod pod, int port, CancellationToken cancellationToken) => Task.FromResult<string?>("mysql-9.7.0");
}
