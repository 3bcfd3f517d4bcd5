using System.Text;
using BackupOperator.Kubernetes.Configuration;

namespace BackupOperator.Kubernetes.Tests.Configuration;

public sealed class KubeConfigTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kubeconfig").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_current_context_decides_and_another_one_can_be_named()
    {
        var file = Write("config", """
            apiVersion: v1
            kind: Config
            current-context: blue
            clusters:
            - {name: b, cluster: {server: "https://blue:6443/gateway", insecure-skip-tls-verify: true, tls-server-name: inner, proxy-url: "http://proxy:3128"}}
            - {name: g, cluster: {server: "http://green:8080"}}
            contexts:
            - {name: blue, context: {cluster: b, user: u, namespace: shop}}
            - {name: green, context: {cluster: g}}
            users:
            - {name: u, user: {token: 0123, as: someone, as-groups: [x, y]}}
            """);

        var blue = KubernetesClientConfiguration.BuildConfigFromConfigFile(file);
        var green = KubernetesClientConfiguration.BuildConfigFromConfigFile(file, "green");

        blue.Host.ShouldBe(new Uri("https://blue:6443/gateway"));
        (blue.Namespace, blue.SkipTlsVerify, blue.TlsServerName, blue.Proxy).ShouldBe(("shop", true, "inner", new Uri("http://proxy:3128")));
        (blue.ImpersonateUser, string.Join('+', blue.ImpersonateGroups)).ShouldBe(("someone", "x+y"));
        (await HeaderAsync(blue)).ShouldBe("Bearer 0123", "a token is a text, whatever it looks like");
        green.Host.ShouldBe(new Uri("http://green:8080"));
        (await HeaderAsync(green)).ShouldBeNull();
    }

    [Fact]
    public void Of_several_files_the_first_that_says_something_counts_and_missing_ones_are_passed_over()
    {
        var first = Write("one/config", """
            current-context: c
            clusters: [{name: k, cluster: {server: "https://first"}}]
            """);
        var second = Write("two/config", """
            current-context: other
            clusters: [{name: k, cluster: {server: "https://second"}}]
            contexts: [{name: c, context: {cluster: k, user: u}}]
            users: [{name: u, user: {}}]
            """);

        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(
            string.Join(Path.PathSeparator, "/does/not/exist", first, second));

        configuration.Host.ShouldBe(new Uri("https://first"));
    }

    [Fact]
    public async Task Files_are_found_relative_to_the_kubeconfig_and_data_comes_before_files()
    {
        var pair = TestCertificates.Create("me");
        Write("pki/ca.crt", pair.CaPem);
        Write("pki/token", "from-file\n");
        var file = Write("config", $$$"""
            current-context: c
            clusters: [{name: k, cluster: {server: "https://host", certificate-authority: pki/ca.crt}}]
            contexts: [{name: c, context: {cluster: k, user: u}}]
            users:
            - name: u
              user:
                client-certificate: /nowhere
                client-certificate-data: {{{Base64(pair.CertificatePem)}}}
                client-key-data: {{{Base64(pair.KeyPem)}}}
                tokenFile: pki/token
                token: not-this
            """);

        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(file);
        var credential = await configuration.Credentials.GetAsync(false, TestContext.Current.CancellationToken);

        configuration.CertificateAuthorities!.Count.ShouldBe(1);
        credential.ClientCertificate!.HasPrivateKey.ShouldBeTrue();
        credential.ClientCertificate.Subject.ShouldBe("CN=me");
        credential.Authorization!.ToString().ShouldBe("Bearer from-file");
    }

    [Fact]
    public async Task A_name_and_password_become_basic_authentication()
    {
        var file = Write("config", Minimal("username: anna, password: 'p:w'"));

        (await HeaderAsync(KubernetesClientConfiguration.BuildConfigFromConfigFile(file)))
            .ShouldBe($"Basic {Base64("anna:p:w")}");
    }

    [Theory]
    [InlineData("clusters: []", "has no current-context")]
    [InlineData("current-context: c", "has no context 'c'")]
    [InlineData("{current-context: c, contexts: [{name: d, context: {}}]}", "it has d")]
    [InlineData("{current-context: c, contexts: [{name: c, context: {}}]}", "names no cluster")]
    [InlineData("{current-context: c, contexts: [{name: c, context: {cluster: k}}]}", "has no cluster 'k'")]
    [InlineData("{current-context: c, contexts: [{name: c, context: {cluster: k}}], clusters: [{name: k, cluster: {}}]}", "has no server")]
    [InlineData("{current-context: c, contexts: [{name: c, context: {cluster: k}}], clusters: [{name: k, cluster: {server: '::'}}]}", "is no URL")]
    [InlineData("a: [", "is not valid YAML")]
    [InlineData("- a", "is not a YAML mapping")]
    public void A_wrong_file_is_told_with_its_name_and_what_is_wrong(string yaml, string expected)
    {
        var file = Write("config", yaml);

        var error = Should.Throw<KubernetesConfigurationException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile(file));

        error.Message.ShouldContain(file);
        error.Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("client-certificate-data: '!'", "not base64")]
    [InlineData("client-certificate: /nowhere/cert", "/nowhere/cert")]
    [InlineData("client-key-data: eA==", "without its certificate")]
    [InlineData("client-key-data: eA==, client-certificate-data: eA==", "do not make a pair")]
    [InlineData("auth-provider: {name: gcp}", "gcp")]
    [InlineData("exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}", "v1alpha1")]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1}", "no command")]
    [InlineData("exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}", "terminal")]
    public void A_wrong_user_is_told_with_what_is_wrong(string user, string expected)
    {
        var file = Write("config", Minimal(user));

        Should.Throw<KubernetesConfigurationException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile(file))
            .Message.ShouldContain(expected);
    }

    [Fact]
    public void A_kubeconfig_that_is_nowhere_is_told() =>
        Should.Throw<KubernetesConfigurationException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile("/nowhere/config"))
            .Message.ShouldContain("/nowhere/config does not exist");

    private string Write(string name, string content)
    {
        var file = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return file;
    }

    private static string Minimal(string user) =>
        $$$"""
        current-context: c
        clusters: [{name: k, cluster: {server: "https://host"}}]
        contexts: [{name: c, context: {cluster: k, user: u}}]
        users:
        - name: u
          user: { {{{user}}} }
        """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task<string?> HeaderAsync(KubernetesClientConfiguration configuration) =>
        (await configuration.Credentials.GetAsync(false, TestContext.Current.CancellationToken)).Authorization?.ToString();
}
