using Microsoft.Extensions.Hosting;

namespace BackupOperator.LocalCluster.ApiServer;

/// <summary>Leaves the process's signals to the program that the server is a part of.</summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
