using System.Net;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Configuration;
using BackupOperator.Kubernetes.Configuration.Credentials;
using BackupOperator.Kubernetes.Models;
using BackupOperator.Kubernetes.Tests.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Kubernetes.Tests.Client;

public sealed class TlsTests : IAsyncLifetime
{
    private readonly TestCertificates server = TestCertificates.Create("server", "kubernetes.default", "127.0.0.1");
    private WebApplication web = null!;
    private Uri host = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = server.Certificate;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        })));
        web = builder.Build();
        web.Run(context => context.AnswerAsync(
            $$$$"""{"metadata":{"name":"{{{{context.Connection.ClientCertificate?.Subject ?? "nobody"}}}}","labels":{"protocol":"{{{{context.Request.Protocol}}}}"}}}"""));
        await web.StartAsync();
        host = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public async ValueTask DisposeAsync() => await web.DisposeAsync();

    [Fact]
    public async Task The_authority_of_the_cluster_is_trusted_and_http_2_is_spoken()
    {
        var pod = await GetAsync(new() { Host = host, CertificateAuthorities = Authority(server) });

        pod.Metadata.Name.ShouldBe("nobody");
        pod.Label("protocol").ShouldBe("HTTP/2");
    }

    [Fact]
    public async Task A_client_certificate_says_who_we_are()
    {
        var me = TestCertificates.Create("backup-operator");

        var pod = await GetAsync(new()
        {
            Host = host,
            CertificateAuthorities = Authority(server),
            Credentials = new StaticCredentials(new(null, me.Certificate)),
        });

        pod.Metadata.Name.ShouldBe("CN=backup-operator");
    }

    [Fact]
    public async Task Another_authority_is_refused()
    {
        var error = await Should.ThrowAsync<KubernetesUnavailableException>(
            () => GetAsync(new() { Host = host, CertificateAuthorities = Authority(TestCertificates.Create("x")) }));

        error.Message.ShouldContain("certificate");
    }

    [Fact]
    public async Task The_name_must_be_the_servers_unless_another_one_is_said()
    {
        var other = new UriBuilder(host) { Host = "localhost" }.Uri;

        await Should.ThrowAsync<KubernetesUnavailableException>(
            () => GetAsync(new() { Host = other, CertificateAuthorities = Authority(server) }));
        (await GetAsync(new() { Host = other, CertificateAuthorities = Authority(server), TlsServerName = "kubernetes.default" })).ShouldNotBeNull();
        (await GetAsync(new() { Host = other, SkipTlsVerify = true })).ShouldNotBeNull();
    }

    private static System.Security.Cryptography.X509Certificates.X509Certificate2Collection Authority(TestCertificates certificates) =>
        Certificates.ReadAuthorities(certificates.CaPem, "test");

    private static async Task<V1Pod> GetAsync(KubernetesClientConfiguration configuration)
    {
        using var client = new KubernetesClient(configuration, FakeApiServer.Fast with { MaxAttempts = 1 });
        return (await client.GetAsync<V1Pod>("p", "shop", TestContext.Current.CancellationToken))!;
    }
}
