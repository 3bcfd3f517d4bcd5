using System.Diagnostics;

namespace BackupOperator.Chart.Tests.Rendering;

/// <summary>The renderer of tests/ChartRenderer, which evaluates the templates as Helm does, one request at a time.</summary>
public sealed class ChartRenderer : IAsyncLifetime
{
    private readonly SemaphoreSlim gate = new(1);
    private Process? process;

    public async ValueTask InitializeAsync()
    {
        var (code, output) = await Repository.RunAsync(Repository.PathOf("scripts", "chart-renderer.sh"), "--path");
        code.ShouldBe(0, $"the renderer cannot be compiled; `make test-environment` installs what it needs:\n{output}");
        process = Process.Start(new ProcessStartInfo(output.Trim(), ["-serve", Repository.Chart]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    /// <param name="values">What `helm --values` would be given.</param>
    /// <param name="more">Further fields of the request: release, namespace, service, showOnly.</param>
    public async Task<RenderedChart> TryRenderAsync(JsonObject? values = null, JsonObject? more = null)
    {
        var request = (JsonObject?)more?.DeepClone() ?? [];
        request["values"] = values?.DeepClone();
        await gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            await process!.StandardInput.WriteLineAsync(request.ToJsonString());
            await process.StandardInput.FlushAsync();
            var answer = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60))
                ?? throw new InvalidOperationException("the renderer has died; its error is above");
            return new RenderedChart((JsonObject)JsonNode.Parse(answer)!);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Renders what has to render.</summary>
    public async Task<RenderedChart> RenderAsync(JsonObject? values = null, JsonObject? more = null)
    {
        var rendering = await TryRenderAsync(values, more);
        rendering.Error.ShouldBeNull(values?.ToJsonString());
        return rendering;
    }

    public Task<RenderedChart> RenderAsync(string values, JsonObject? more = null) => RenderAsync((JsonObject)YamlReader.Read(values).Single(), more);

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        gate.Dispose();
    }
}
