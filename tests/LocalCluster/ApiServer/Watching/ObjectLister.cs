using System.Collections.Immutable;
using BackupOperator.LocalCluster.ApiServer.Registry;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Watching;

/// <summary>Lists objects at a revision, page by page.</summary>
internal sealed class ObjectLister(ObjectStore store)
{
    public ListResult List(ResourceDefinition definition, ListOptions options)
    {
        var (revision, objects, after) = Snapshot(definition, options);
        var matching = objects.Values
            .Where(item => string.CompareOrdinal(item.Key, after) > 0 && options.Matches(item))
            .ToList();
        if (options.Limit <= 0 || matching.Count <= options.Limit)
        {
            return new ListResult(revision, matching, "", null);
        }

        var page = matching.Take((int)options.Limit).ToList();
        var token = new ContinueToken(revision, page[^1].Key).Encode();
        var exact = options.Labels.IsEmpty && options.Fields.IsEmpty;
        return new ListResult(revision, page, token, exact ? matching.Count - page.Count : null);
    }

    private (long Revision, ImmutableSortedDictionary<string, StoredObject> Objects, string After) Snapshot(ResourceDefinition definition, ListOptions options)
    {
        var (now, newest) = store.Read(definition.StorageKind);
        if (options.Continue.Length > 0)
        {
            var token = ContinueToken.Decode(options.Continue);
            if (token.Revision == 0)
            {
                return (now, newest, token.LastKey);
            }

            return (token.Revision, store.ReadAt(definition.StorageKind, token.Revision) ?? throw Expired(token), token.LastKey);
        }

        if (options.ResourceVersion is not { } asked || asked == 0)
        {
            return (now, newest, "");
        }

        if (asked > now)
        {
            throw ApiErrors.ResourceVersionTooLarge(asked, now);
        }

        var exact = options.Match == "Exact" || (options.Match.Length == 0 && options.Limit > 0);
        return exact
            ? (asked, store.ReadAt(definition.StorageKind, asked) ?? throw new ApiStatusException(410, "Expired", "The resourceVersion for the provided list is too old."), "")
            : (now, newest, "");
    }

    private static ApiStatusException Expired(ContinueToken token) => new(
        410,
        "Expired",
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.")
    {
        StatusMetadata = new JsonObject { ["continue"] = (token with { Revision = 0 }).Encode() },
    };
}
