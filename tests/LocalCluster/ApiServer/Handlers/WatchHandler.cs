using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.LocalCluster.ApiServer.Requests;
using BackupOperator.LocalCluster.ApiServer.Watching;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>Streams a watch, one JSON object a line.</summary>
internal sealed class WatchHandler(WatchStream stream, ObjectOutput output, OpenWatches watches)
{
    public async Task HandleAsync(ApiRequest request)
    {
        var options = ListOptions.From(request);
        using var open = watches.Add(request.Info, request.Aborted);
        var response = request.Http.Response;
        response.ContentType = "application/json";
        await response.StartAsync(request.Aborted);
        await response.Body.FlushAsync(request.Aborted);
        var first = true;
        await foreach (var message in stream.FollowAsync(request.Definition, options, open.Token))
        {
            var shown = message.Type == "ERROR" ? message.Object : output.ShowWatched(request, message, first);
            first = false;
            var line = JsonText.ToUtf8(new JsonObject { ["type"] = message.Type, ["object"] = shown.DeepClone() });
            await response.Body.WriteAsync(line, request.Aborted);
            await response.Body.WriteAsync("\n"u8.ToArray(), request.Aborted);
            await response.Body.FlushAsync(request.Aborted);
        }

        if (open.Cut)
        {
            request.Http.Abort();
        }
    }
}
