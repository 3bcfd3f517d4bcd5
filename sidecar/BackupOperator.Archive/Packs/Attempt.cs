using System.Globalization;

namespace BackupOperator.Archive.Packs;

/// <summary>
/// One attempt at a backup, told from others at the same path: a pod that was thought dead may live, and a command may be
/// given twice. Whichever comes later owns what lies there.
/// </summary>
internal sealed class Attempt
{
    private const int MostRemembered = 64;

    private Attempt(IReadOnlyList<string> ids) => Ids = ids;

    /// <summary>Those before this one, as far as they are known, and this one last.</summary>
    public IReadOnlyList<string> Ids { get; }

    public static Attempt After(ResumeToken? token, Random random)
    {
        lock (random)
        {
            return new Attempt([.. (token?.Attempts ?? []).TakeLast(MostRemembered - 1), random.NextInt64().ToString("x16", CultureInfo.InvariantCulture)]);
        }
    }

    /// <summary>Whether the token is that of an attempt that came later. One of an earlier attempt was saved by somebody who does not know yet.</summary>
    public bool IsTakenOver(ResumeToken token) => token.Attempts is [.., var last] && !Ids.Contains(last, StringComparer.Ordinal);
}
