namespace BackupOperator.LocalCluster.Tests.ApiServer.Support;

/// <summary>A Kubernetes API server that the same tests ask the same questions.</summary>
public interface IApiUnderTest
{
    /// <summary>Why this server cannot be tested here; null where it can.</summary>
    string? Unavailable { get; }

    string KubeconfigPath { get; }

    /// <summary>The administrator's client; starts the server at the first call.</summary>
    Task<ApiClient> AdminAsync();
}
