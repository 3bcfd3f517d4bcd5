namespace BackupOperator.LocalCluster.Tests.ApiServer.Support;

/// <summary>The server that the tests ask: LocalCluster's, one for the whole assembly, unless another is given.</summary>
public sealed class ApiUnderTest : IAsyncDisposable
{
    public IApiServer Server { get; private init; } = new LocalApi();

    public static ApiUnderTest Of(IApiServer server) => new() { Server = server };

    public Task<ApiClient> AdminAsync() => Server.AdminAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
