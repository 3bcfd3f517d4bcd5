using System.Security.Cryptography;
using System.Text;

namespace BackupOperator.Sidecar.Local;

/// <summary>The same id for the same work, so that a command that is repeated goes on where it was interrupted.</summary>
internal static class StableId
{
    public static string Of(params string[] parts) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))).AsSpan(0, 16)).ToString();
}
