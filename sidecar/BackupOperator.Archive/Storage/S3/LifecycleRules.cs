using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace BackupOperator.Archive.Storage.S3;

/// <summary>
/// The rules of a bucket (Amazon S3 API reference, PutBucketLifecycleConfiguration) with ours among them. What others have
/// written stays as it is, whatever it means: only the rule that has our name is ours. Pure.
/// </summary>
internal static class LifecycleRules
{
    /// <summary>The tag by which a rule tells packs from what must stay readable.</summary>
    public const string TagKey = "mysqlbackup.io/content";

    public const string TagValue = "pack";

    private const string Name = "mysqlbackup.io-tiers-";
    private static readonly XNamespace Amazon = "http://s3.amazonaws.com/doc/2006-03-01/";

    /// <param name="current">The bucket's configuration; null where it has none.</param>
    /// <param name="prefix">That of the storage, without slashes at its ends.</param>
    /// <returns>What it must become, without any rule where none is left; null where it is right.</returns>
    public static XElement? Merge(XElement? current, string prefix, IReadOnlyList<StorageTier> tiers)
    {
        var space = current?.Name.Namespace ?? Amazon;
        var next = current is null ? new XElement(space + "LifecycleConfiguration") : new XElement(current);
        var id = IdOf(prefix);
        var ours = Rules(next).Where(rule => Child(rule, "ID")?.Value == id).ToList();
        if (tiers.Count == 0 ? ours.Count == 0 : ours is [var only] && IsRight(only, prefix, tiers))
        {
            return null;
        }

        ours.ForEach(rule => rule.Remove());
        foreach (var filter in Rules(next).Select(rule => Child(rule, "Filter")).OfType<XElement>())
        {
            Join(filter);
        }

        if (tiers.Count > 0)
        {
            next.Add(RuleOf(space, id, prefix, tiers));
        }

        return next;
    }

    public static IEnumerable<XElement> Rules(XElement configuration) => configuration.Elements().Where(element => element.Name.LocalName == "Rule");

    // A storage may be a folder of another one in the same bucket; an ID has 255 characters at most, a prefix more.
    private static string IdOf(string prefix) => Name + (prefix.Length == 0 ? "all" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(prefix)))[..16]);

    private static XElement RuleOf(XNamespace space, string id, string prefix, IReadOnlyList<StorageTier> tiers)
    {
        var tag = new XElement(space + "Tag", new XElement(space + "Key", TagKey), new XElement(space + "Value", TagValue));
        return new XElement(
            space + "Rule",
            new XElement(space + "ID", id),
            new XElement(space + "Filter", prefix.Length == 0 ? tag : new XElement(space + "And", new XElement(space + "Prefix", prefix + "/"), tag)),
            new XElement(space + "Status", "Enabled"),
            tiers.Select(tier => new XElement(
                space + "Transition", new XElement(space + "Days", tier.AfterDays.ToString(CultureInfo.InvariantCulture)), new XElement(space + "StorageClass", tier.StorageClass))));
    }

    // Ceph answers with a prefix beside And, and when it gets that back it forgets the prefix: the rule would hit more than it
    // was made for.
    private static void Join(XElement filter)
    {
        var parts = filter.Elements().SelectMany(part => part.Name.LocalName == "And" ? part.Elements() : [part])
            .Where(part => part.Name.LocalName != "Prefix" || part.Value.Length > 0).ToList();
        if (parts.Count > 1)
        {
            filter.ReplaceNodes(new XElement(filter.Name.Namespace + "And", parts));
        }
    }

    // Stores answer in an order and with empty elements of their own.
    private static bool IsRight(XElement rule, string prefix, IReadOnlyList<StorageTier> tiers)
    {
        var filter = Child(rule, "Filter");
        var prefixes = (filter?.Descendants() ?? []).Where(e => e.Name.LocalName == "Prefix").Select(e => e.Value).Where(p => p.Length > 0).ToList();
        var tags = (filter?.Descendants() ?? []).Where(e => e.Name.LocalName == "Tag").Select(tag => (Child(tag, "Key")?.Value, Child(tag, "Value")?.Value)).ToList();
        var there = rule.Elements().Where(e => e.Name.LocalName == "Transition").Select(e => $"{Child(e, "Days")?.Value} {Child(e, "StorageClass")?.Value}").Order(StringComparer.Ordinal);
        return Child(rule, "Status")?.Value == "Enabled"
            && prefixes.SequenceEqual(prefix.Length == 0 ? [] : [prefix + "/"])
            && tags is [(TagKey, TagValue)]
            && there.SequenceEqual(tiers.Select(tier => string.Create(CultureInfo.InvariantCulture, $"{tier.AfterDays} {tier.StorageClass}")).Order(StringComparer.Ordinal))
            && !rule.Elements().Any(e => e.Name.LocalName is "Expiration" or "NoncurrentVersionExpiration");
    }

    private static XElement? Child(XElement element, string name) => element.Elements().FirstOrDefault(child => child.Name.LocalName == name);
}
