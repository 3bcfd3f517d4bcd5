namespace BackupOperator.LocalCluster.Tests.ApiServer.Support;

/// <summary>A Kubernetes API server that the same tests ask the same questions.</summary>
public interface IApiServer : IAsyncDisposable
{
    /// <summary>The administrator's client; starts the server at the first call.</summary>
    Task<ApiClient> AdminAsync();
}
