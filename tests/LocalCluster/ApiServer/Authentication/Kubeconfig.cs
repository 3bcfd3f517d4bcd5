namespace BackupOperator.LocalCluster.ApiServer.Authentication;

/// <summary>Writes kubeconfig files.</summary>
internal static class Kubeconfig
{
    public static string Text(string url, string caPem, string token, string user, string @namespace = "default") => $"""
        apiVersion: v1
        kind: Config
        current-context: localcluster
        clusters:
        - name: localcluster
          cluster:
            server: {url}
            certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(caPem))}
        contexts:
        - name: localcluster
          context:
            cluster: localcluster
            user: {user}
            namespace: {@namespace}
        users:
        - name: {user}
          user:
            token: {token}

        """;

    /// <summary>Writes a file that only its owner may read, in one step.</summary>
    public static void Write(string file, string text)
    {
        var temporary = $"{file}.new";
        File.WriteAllText(temporary, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        File.Move(temporary, file, overwrite: true);
    }
}
