using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupOperator.MySql.Tests.Servers;
using BackupOperator.TestSupport.Servers;

[assembly: AssemblyFixture(typeof(MariaDbFixture))]

namespace BackupOperator.MySql.Tests.Servers;

/// <summary>A MariaDB server with TLS (its certificate names <c>localhost</c>), ed25519 and binlogs.</summary>
public sealed class MariaDbFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tls-").FullName;

    public RealMariaDb Server { get; private set; } = null!;

    public string CaFile => Path.Combine(_folder, "ca.pem");

    /// <summary>An authority that signed nothing.</summary>
    public string StrangeCaFile => Path.Combine(_folder, "strange.pem");

    public MySqlConnectionOptions Options => new()
    {
        Host = Server.Host,
        Port = Server.Port,
        User = Server.User,
        Password = Server.Password,
    };

    public async ValueTask InitializeAsync()
    {
        CreateCertificates();
        using var process = System.Diagnostics.Process.Start("chmod", ["-R", "a+rX", _folder]);
        await process.WaitForExitAsync();
        Server = await RealMariaDb.StartNewAsync(
            $"--ssl-cert={Path.Combine(_folder, "server.pem")}",
            $"--ssl-key={Path.Combine(_folder, "server-key.pem")}",
            "--plugin-load-add=auth_ed25519",
            "--max-allowed-packet=64M");
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void CreateCertificates()
    {
        var (from, until) = (new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var ca = Authority("CN=Test authority", from, until);
        using var strange = Authority("CN=Strange authority", from, until);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Test server", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var server = request.Create(ca, from, until, [1, 2, 3]);

        File.WriteAllText(CaFile, ca.ExportCertificatePem());
        File.WriteAllText(StrangeCaFile, strange.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "server.pem"), server.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "server-key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 Authority(string name, DateTimeOffset from, DateTimeOffset until)
    {
        var request = new CertificateRequest(name, RSA.Create(2048), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(from, until);
    }
}
