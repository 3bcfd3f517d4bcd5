using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Patching;
using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>The patch verb in its four media types.</summary>
internal sealed class PatchHandler(ClusterState state)
{
    private readonly ObjectUpdater updater = new(state);

    /// <returns>The object, and whether server-side apply made it.</returns>
    public async Task<(JsonObject Body, bool Created)> PatchAsync(ApiRequest request)
    {
        var mediaType = RequestBody.MediaType(request.Http);
        var accepted = Accepted(request);
        if (!accepted.Contains(mediaType))
        {
            throw ApiErrors.UnsupportedMediaType(accepted);
        }

        var duplicates = new List<string>();
        var patch = RequestBody.Parse(await RequestBody.ReadBytesAsync(request.Http), mediaType == PatchTypes.Apply, duplicates);
        var context = WriteContexts.For(request, duplicates);
        var changed = updater.Update(request.Definition, request.Info.Namespace, request.Info.Name, current => Change(mediaType, current, patch), context);
        return (changed, false);
    }

    private static IReadOnlyList<string> Accepted(ApiRequest request) => request.Definition.IsCustom
        ? [PatchTypes.Json, PatchTypes.Merge, PatchTypes.Apply]
        : [PatchTypes.Json, PatchTypes.Merge, PatchTypes.Strategic, PatchTypes.Apply];

    private static JsonObject Change(string mediaType, JsonObject current, JsonNode? patch)
    {
        // A patch without a resourceVersion asks for none.
        var result = mediaType switch
        {
            PatchTypes.Json => JsonPatch.Apply(current, patch as JsonArray ?? throw ApiErrors.BadRequest("a JSON patch must be a list of operations")),
            _ => MergePatch.Apply(current, patch as JsonObject ?? throw ApiErrors.BadRequest("a patch must be an object")),
        };
        return result as JsonObject ?? throw ApiErrors.BadRequest("a patch must leave an object");
    }
}
