namespace BackupOperator.MySql.Authentication;

/// <summary>The plugins that this client speaks.</summary>
internal static class AuthenticationPlugins
{
    private static readonly Dictionary<string, Func<IAuthenticationPlugin>> ByName = new(StringComparer.Ordinal)
    {
        [NativePasswordPlugin.Name] = () => new NativePasswordPlugin(),
        [CachingSha2PasswordPlugin.Name] = () => new CachingSha2PasswordPlugin(),
        [Sha256PasswordPlugin.Name] = () => new Sha256PasswordPlugin(),
        [ClearPasswordPlugin.Name] = () => new ClearPasswordPlugin(),
        [Ed25519Plugin.Name] = () => new Ed25519Plugin(),
    };

    /// <summary>
    /// The plugin to begin with. The server's default is a guess, for it does not know the account yet; whatever is
    /// unknown here, or would send the password before it must, begins as mysql_native_password, and the server switches.
    /// </summary>
    public static string Initial(string serverDefault) =>
        serverDefault is NativePasswordPlugin.Name or CachingSha2PasswordPlugin.Name ? serverDefault : NativePasswordPlugin.Name;

    /// <exception cref="MySqlAuthenticationException">This client does not speak it.</exception>
    public static IAuthenticationPlugin Create(string name) => ByName.TryGetValue(name, out var create)
        ? create()
        : throw new MySqlAuthenticationException(
            $"The account uses the authentication plugin {name}, which this client does not speak. Give it one of: {string.Join(", ", ByName.Keys)}.");
}
