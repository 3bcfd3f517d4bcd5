using System.Text.RegularExpressions;
using BackupOperator.Jobs;

namespace BackupOperator.Runs;

/// <summary>
/// Finds out from the kubelet's words which Secret of the spec keeps a pod from starting: the operator itself has no right
/// to Secrets. The words are those of <c>pkg/volume/secret</c> and <c>pkg/volume/projected</c> of Kubernetes. Pure.
/// </summary>
internal static partial class SecretTroubles
{
    public static SpecFinding? Find(V1Pod pod, string trouble)
    {
        var sources = (pod.Spec?.Volumes ?? []).SelectMany(SourcesOf).ToList();
        if (sources.Find(s => trouble.Contains($"secret \"{s.Secret}\" not found", StringComparison.Ordinal)) is { } missing)
        {
            return Finding(missing, $"Secret {pod.Metadata.Namespace}/{missing.Secret} does not exist; create it, or name another one in {FieldOf(missing.Volume)}");
        }

        if (MissingKey().Match(trouble) is not { Success: true } match)
        {
            return null;
        }

        var key = match.Groups["key"].Value;
        var named = sources.Where(s => s.Keys.Contains(key, StringComparer.Ordinal)).ToList();
        return (named.Find(s => trouble.Contains($"\"{s.Volume}\"", StringComparison.Ordinal)) ?? named.FirstOrDefault()) is { } source
            ? Finding(source, $"Secret {pod.Metadata.Namespace}/{source.Secret} has no key {key}; add it, or name another one in {FieldOf(source.Volume)}")
            : null;
    }

    private static SpecFinding Finding(Source source, string message) => new(ReasonOf(source.Volume), message, Final: false);

    private static string ReasonOf(string volume) => volume switch
    {
        JobVolumes.EncryptionKeys => FailureReason.EncryptionSecretInvalid,
        JobVolumes.MySqlCredentials => FailureReason.ConnectionSecretInvalid,
        _ => FailureReason.StorageSecretInvalid,
    };

    private static string FieldOf(string volume)
    {
        switch (volume)
        {
            case JobVolumes.EncryptionKeys:
                return "encryption.secretRef";
            case JobVolumes.MySqlCredentials:
                return "target.connection.secretRef";
        }

        var copy = CopyVolume().Match(volume);
        var storage = copy.Success ? $"copies[{copy.Groups["index"].Value}]" : "storage";
        return storage + (volume.EndsWith(JobVolumes.Ca, StringComparison.Ordinal) ? ".s3.caSecretRef" : ".s3.credentialsSecretRef");
    }

    private static IEnumerable<Source> SourcesOf(V1Volume volume)
    {
        if (volume.Secret is { SecretName: { } name } secret)
        {
            yield return new Source(volume.Name!, name, KeysOf(secret.Items));
        }

        foreach (var projection in volume.Projected?.Sources ?? [])
        {
            if (projection.Secret is { Name: { } projected })
            {
                yield return new Source(volume.Name!, projected, KeysOf(projection.Secret.Items));
            }
        }
    }

    private static List<string> KeysOf(List<V1KeyToPath>? items) => [.. (items ?? []).Select(i => i.Key ?? "")];

    [GeneratedRegex("references non-existent secret(?: \"[^\"]*\")? key: (?<key>[A-Za-z0-9._-]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex MissingKey();

    [GeneratedRegex("^copy-(?<index>[0-9]+)-", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex CopyVolume();

    private sealed record Source(string Volume, string Secret, List<string> Keys);
}
