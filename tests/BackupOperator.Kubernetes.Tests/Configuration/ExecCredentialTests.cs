using BackupOperator.Kubernetes.Configuration;
using BackupOperator.TestSupport.Time;

namespace BackupOperator.Kubernetes.Tests.Configuration;

/// <summary>Plugins here are shell scripts that count how often they run.</summary>
public sealed class ExecCredentialTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("execplugin").FullName;
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_plugin_gets_its_arguments_and_the_cluster_and_gives_a_token()
    {
        var configuration = Configure("""
            echo "$KUBERNETES_EXEC_INFO" > info; echo "$1-$NAME" > arguments
            printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t1"}}'
            """);

        (await TokenAsync(configuration)).ShouldBe("t1");

        Read("arguments").ShouldBe("login-anna");
        Read("info").ShouldBe(
            """{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false,"cluster":{"server":"https://host"}}}""");
    }

    [Fact]
    public async Task A_credential_is_kept_until_it_expires()
    {
        var configuration = Configure("""
            echo x >> runs
            printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t%s","expirationTimestamp":"2026-01-01T00:%02d:00Z"}}' $(wc -l < runs) $(( $(wc -l < runs) * 10 ))
            """);

        (await TokenAsync(configuration)).ShouldBe("t1");
        time.Advance(TimeSpan.FromMinutes(9));
        (await TokenAsync(configuration)).ShouldBe("t1");
        time.Advance(TimeSpan.FromMinutes(1));
        (await TokenAsync(configuration)).ShouldBe("t2");
    }

    [Fact]
    public async Task A_refused_credential_is_renewed_but_not_for_each_request()
    {
        var configuration = Configure("""
            echo x >> runs
            printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t%s"}}' $(wc -l < runs)
            """);

        await TokenAsync(configuration);
        time.Advance(TimeSpan.FromHours(1));
        (await TokenAsync(configuration)).ShouldBe("t1", "without an expiry it stays");
        (await TokenAsync(configuration, refresh: true)).ShouldBe("t2");
        (await TokenAsync(configuration, refresh: true)).ShouldBe("t2", "it is brand-new");
        time.Advance(TimeSpan.FromSeconds(5));
        (await TokenAsync(configuration, refresh: true)).ShouldBe("t3");
    }

    [Fact]
    public async Task A_client_certificate_is_taken_too()
    {
        var pair = TestCertificates.Create("robot");
        File.WriteAllText(Path.Combine(folder, "answer"), new System.Text.Json.Nodes.JsonObject
        {
            ["kind"] = "ExecCredential",
            ["apiVersion"] = "client.authentication.k8s.io/v1",
            ["status"] = new System.Text.Json.Nodes.JsonObject { ["clientCertificateData"] = pair.CertificatePem, ["clientKeyData"] = pair.KeyPem },
        }.ToJsonString());

        var credential = await Configure("cat answer").Credentials.GetAsync(false, TestContext.Current.CancellationToken);

        credential.ClientCertificate!.Subject.ShouldBe("CN=robot");
        credential.Authorization.ShouldBeNull();
    }

    [Theory]
    [InlineData("echo no such profile >&2; exit 3", "failed with exit code 3: no such profile get it at example.org")]
    [InlineData("echo secret", "did not print JSON")]
    [InlineData("echo '{}'", "did not print an ExecCredential")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"}'""", "answered in client.authentication.k8s.io/v1beta1")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}'""", "neither a token nor")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientKeyData":"secret"}}'""", "without its certificate")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"secret","expirationTimestamp":"soon"}}'""", "no time: soon")]
    public async Task A_plugin_that_fails_is_named_and_its_output_is_not_told(string script, string expected)
    {
        var error = await Should.ThrowAsync<KubernetesConfigurationException>(() => TokenAsync(Configure(script)));

        error.Message.ShouldContain("plugin.sh");
        error.Message.ShouldContain(expected);
        error.Message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_plugin_that_is_not_installed_is_told_with_the_hint()
    {
        var configuration = Configure("", command: "kube-login-that-is-not-there");

        (await Should.ThrowAsync<KubernetesConfigurationException>(() => TokenAsync(configuration)))
            .Message.ShouldContain("get it at example.org");
    }

    [Fact]
    public async Task A_plugin_that_hangs_is_killed()
    {
        var configuration = Configure("echo $$ > pid; sleep 600");
        var asking = TokenAsync(configuration);
        var file = Path.Combine(folder, "pid");
        await WaitAsync(() => File.Exists(file) && File.ReadAllText(file).Length > 1);

        time.Advance(TimeSpan.FromSeconds(60));

        (await Should.ThrowAsync<KubernetesConfigurationException>(() => asking)).Message.ShouldContain("60 s");
        await WaitAsync(() => !Directory.Exists($"/proc/{Read("pid")}"));
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(10, timeout.Token);
        }
    }

    private KubernetesClientConfiguration Configure(string script, string? command = null)
    {
        var plugin = Path.Combine(folder, "plugin.sh");
        File.WriteAllText(plugin, $"#!/bin/sh\ncd {folder}\n{script}\n");
        File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var config = Path.Combine(folder, "config");
        File.WriteAllText(config, $$$"""
            current-context: c
            clusters: [{name: k, cluster: {server: "https://host"}}]
            contexts: [{name: c, context: {cluster: k, user: u}}]
            users:
            - name: u
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: {{{command ?? "./plugin.sh"}}}
                  args: [login]
                  env: [{name: NAME, value: anna}]
                  installHint: get it at example.org
                  interactiveMode: IfAvailable
                  provideClusterInfo: true
            """);
        return KubernetesClientConfiguration.BuildConfigFromConfigFile(config, time: time);
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(folder, name)).Trim();

    private static async Task<string?> TokenAsync(KubernetesClientConfiguration configuration, bool refresh = false) =>
        (await configuration.Credentials.GetAsync(refresh, TestContext.Current.CancellationToken)).Authorization?.Parameter;
}
