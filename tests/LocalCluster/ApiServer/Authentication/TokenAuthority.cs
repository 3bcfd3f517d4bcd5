using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using BackupOperator.LocalCluster.ApiServer.Storage;

namespace BackupOperator.LocalCluster.ApiServer.Authentication;

/// <summary>Gives out bearer tokens, knows whom they name, and takes them back.</summary>
internal sealed class TokenAuthority(ObjectStore store, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ServiceAccountToken> tokens = new(StringComparer.Ordinal);
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    /// <summary>The token of the administrator (<c>system:masters</c>).</summary>
    public string AdminToken { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    /// <summary>Makes a token shaped like those of Kubernetes (a JWT).</summary>
    public (string Token, DateTimeOffset Expires) Create(string @namespace, string name, string uid, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        var expires = now + lifetime;
        var claims = new JsonObject
        {
            ["aud"] = new JsonArray("https://kubernetes.default.svc"),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = "https://kubernetes.default.svc",
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = new JsonObject
            {
                ["namespace"] = @namespace,
                ["serviceaccount"] = new JsonObject { ["name"] = name, ["uid"] = uid },
            },
            ["sub"] = $"system:serviceaccount:{@namespace}:{name}",
        };
        var unsigned = $"{Encode("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Encode(JsonText.ToUtf8(claims))}";
        var token = $"{unsigned}.{Encode(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(unsigned)))}";
        tokens[token] = new ServiceAccountToken(@namespace, name, uid, expires);
        return (token, expires);
    }

    /// <summary>Whom a token names; null where it is unknown, expired, revoked, or its account is gone.</summary>
    public UserInfo? Authenticate(string token)
    {
        if (token == AdminToken)
        {
            return UserInfo.Admin;
        }

        if (!tokens.TryGetValue(token, out var known) || known.Expires <= time.GetUtcNow())
        {
            return null;
        }

        var account = store.Get("/serviceaccounts", known.Namespace, known.Name);
        return account?.Uid == known.AccountUid ? UserInfo.ServiceAccount(known.Namespace, known.Name, known.AccountUid) : null;
    }

    public bool Revoke(string token) => tokens.TryRemove(token, out _);

    public void RevokeAll(string @namespace, string name)
    {
        foreach (var (token, known) in tokens)
        {
            if (known.Namespace == @namespace && known.Name == name)
            {
                tokens.TryRemove(token, out _);
            }
        }
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
