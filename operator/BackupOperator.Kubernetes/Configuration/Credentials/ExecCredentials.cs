using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupOperator.Kubernetes.Configuration.Credentials;

/// <summary>Credentials of an <see cref="ExecPlugin"/>, kept until they expire or the server refuses them.</summary>
internal sealed class ExecCredentials(ExecPlugin plugin, TimeProvider time) : ICredentialSource, IDisposable
{
    // Two refusals in a row of the same credential are no reason to run the plugin for each request.
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim gate = new(1);
    private Credential? current;
    private DateTimeOffset? expires;
    private DateTimeOffset obtained;

    public async ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var refused = refresh && now - obtained >= RefreshInterval;
            if (current is null || refused || now >= expires)
            {
                (current, expires) = Parse(await ExecRunner.RunAsync(plugin, time, cancellationToken));
                obtained = time.GetUtcNow();
            }

            return current;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private (Credential Credential, DateTimeOffset? Expires) Parse(string output)
    {
        // Never quote the output: it holds the secret.
        JsonNode? answer;
        try
        {
            answer = JsonNode.Parse(output);
        }
        catch (JsonException)
        {
            throw Error("did not print JSON");
        }

        if (answer is not JsonObject || answer["kind"]?.ToString() != "ExecCredential")
        {
            throw Error("did not print an ExecCredential");
        }

        if (answer["apiVersion"]?.ToString() is var version && version != plugin.ApiVersion)
        {
            throw Error($"answered in {version}, but the kubeconfig says {plugin.ApiVersion}");
        }

        var token = answer["status"]?["token"]?.ToString();
        var certificate = ReadCertificate(answer["status"]);
        if (string.IsNullOrEmpty(token) && certificate is null)
        {
            throw Error("gave neither a token nor a client certificate");
        }

        var credential = string.IsNullOrEmpty(token) ? new Credential(null, certificate) : Credential.Bearer(token, certificate);
        return (credential, ReadExpiry(answer["status"]));
    }

    private X509Certificate2? ReadCertificate(JsonNode? status)
    {
        var certificate = status?["clientCertificateData"]?.ToString();
        var key = status?["clientKeyData"]?.ToString();
        if (string.IsNullOrEmpty(certificate) != string.IsNullOrEmpty(key))
        {
            throw Error("gave a client certificate without its key, or a key without its certificate");
        }

        return string.IsNullOrEmpty(certificate) || key is null
            ? null
            : Certificates.ReadPair(certificate, key, $"the answer of {plugin.Command}");
    }

    private DateTimeOffset? ReadExpiry(JsonNode? status)
    {
        var text = status?["expirationTimestamp"]?.ToString();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, out var expiry) ? expiry : throw Error($"gave an expirationTimestamp that is no time: {text}");
    }

    private KubernetesConfigurationException Error(string what) => new($"The credential plugin {plugin.Command} {what}.");
}
