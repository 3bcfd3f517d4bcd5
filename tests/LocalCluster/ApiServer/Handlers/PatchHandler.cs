using BackupOperator.LocalCluster.ApiServer.Lifecycle;
using BackupOperator.LocalCluster.ApiServer.Patching;
using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Requests;

namespace BackupOperator.LocalCluster.ApiServer.Handlers;

/// <summary>The patch verb in its four media types.</summary>
internal sealed class PatchHandler(ClusterState state, WriteContexts contexts)
{
    private readonly ObjectUpdater updater = new(state);
    private readonly ApplyHandler applier = new(state);

    /// <returns>The object, and whether server-side apply made it.</returns>
    public async Task<(JsonObject Body, bool Created)> PatchAsync(ApiRequest request)
    {
        var mediaType = RequestBody.MediaType(request.Http);
        var accepted = Accepted(request.Definition);
        if (!accepted.Contains(mediaType))
        {
            throw ApiErrors.UnsupportedMediaType(accepted);
        }

        var duplicates = new List<string>();
        var patch = RequestBody.Parse(await RequestBody.ReadBytesAsync(request.Http), mediaType == PatchTypes.Apply, duplicates);
        var context = contexts.For(request, duplicates);
        if (mediaType == PatchTypes.Apply)
        {
            return applier.Apply(request, patch as JsonObject ?? throw ApiErrors.BadRequest("error decoding YAML: an object is expected"), context);
        }

        return (updater.Update(request.Definition, request.Info.Namespace, request.Info.Name, current => Change(mediaType, request.Definition, current, patch), context), false);
    }

    private static IReadOnlyList<string> Accepted(ResourceDefinition definition) => definition.IsCustom
        ? [PatchTypes.Json, PatchTypes.Merge, PatchTypes.Apply]
        : [PatchTypes.Json, PatchTypes.Merge, PatchTypes.Strategic, PatchTypes.Apply];

    private static JsonObject Change(string mediaType, ResourceDefinition definition, JsonObject current, JsonNode? patch)
    {
        if (mediaType == PatchTypes.Json)
        {
            var operations = patch as JsonArray ?? throw ApiErrors.BadRequest("error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp");
            return JsonPatch.Apply(current, operations) as JsonObject ?? throw ApiErrors.BadRequest("a patch must leave an object");
        }

        var changes = patch as JsonObject ?? throw ApiErrors.BadRequest("a patch must be an object");
        return mediaType == PatchTypes.Strategic
            ? StrategicMergePatch.Apply(current, changes, definition.MergeSchema)
            : (JsonObject)MergePatch.Apply(current, changes)!;
    }
}
