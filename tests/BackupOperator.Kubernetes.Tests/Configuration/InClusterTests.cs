using BackupOperator.Kubernetes.Configuration;
using BackupOperator.TestSupport.Time;

namespace BackupOperator.Kubernetes.Tests.Configuration;

[Collection("environment")]
public sealed class InClusterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("serviceaccount").FullName;
    private readonly FakeTimeProvider time = new();

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        SetHost(null, null);
    }

    [Fact]
    public async Task The_service_account_of_the_pod_is_used_and_its_token_is_read_again()
    {
        SetHost("fd00::1", "443");
        Write("token", "one");
        Write("namespace", "shop\n");
        Write("ca.crt", TestCertificates.Create("x").CaPem);

        var configuration = InClusterConfiguration.Build(folder, time);

        configuration.Host.ShouldBe(new Uri("https://[fd00::1]:443"));
        configuration.Namespace.ShouldBe("shop");
        configuration.CertificateAuthorities!.Count.ShouldBe(1);
        (await TokenAsync(configuration)).ShouldBe("one");

        Write("token", "two");
        (await TokenAsync(configuration)).ShouldBe("one");
        time.Advance(TimeSpan.FromMinutes(1));
        (await TokenAsync(configuration)).ShouldBe("two");

        Write("token", "three");
        (await TokenAsync(configuration, refresh: true)).ShouldBe("three");

        File.Delete(Path.Combine(folder, "token"));
        (await TokenAsync(configuration, refresh: true)).ShouldBe("three", "the kubelet is replacing it");
    }

    [Fact]
    public void What_is_missing_is_told()
    {
        SetHost(null, null);
        Should.Throw<KubernetesConfigurationException>(() => InClusterConfiguration.Build(folder, time)).Message.ShouldContain("KUBERNETES_SERVICE_HOST");

        SetHost("10.0.0.1", "443");
        Should.Throw<KubernetesConfigurationException>(() => InClusterConfiguration.Build(folder, time)).Message.ShouldContain("automountServiceAccountToken");

        Write("token", "t");
        SetHost("10.0.0.1", "http");
        Should.Throw<KubernetesConfigurationException>(() => InClusterConfiguration.Build(folder, time)).Message.ShouldContain("'http', not a port");
    }

    [Fact]
    public void Without_any_way_the_message_says_what_to_do()
    {
        var (kubeconfig, home) = (Environment.GetEnvironmentVariable("KUBECONFIG"), Environment.GetEnvironmentVariable("HOME"));
        try
        {
            SetHost(null, null);
            Environment.SetEnvironmentVariable("KUBECONFIG", null);
            Environment.SetEnvironmentVariable("HOME", folder);

            Should.Throw<KubernetesConfigurationException>(() => KubernetesClientConfiguration.BuildDefaultConfig())
                .Message.ShouldContain("Set KUBECONFIG");
        }
        finally
        {
            Environment.SetEnvironmentVariable("KUBECONFIG", kubeconfig);
            Environment.SetEnvironmentVariable("HOME", home);
        }
    }

    private static void SetHost(string? host, string? port)
    {
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", host);
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT", port);
    }

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(folder, name), content);

    private static async Task<string?> TokenAsync(KubernetesClientConfiguration configuration, bool refresh = false) =>
        (await configuration.Credentials.GetAsync(refresh, TestContext.Current.CancellationToken)).Authorization?.Parameter;
}
