using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupOperator.Tests.Scripted;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Tests.Notifications;

/// <summary>A real SMTP server (aiosmtpd) that takes mail only after STARTTLS and a login, and keeps it in a maildir.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private const string Script = """
        import asyncio, ssl, sys
        from aiosmtpd.controller import Controller
        from aiosmtpd.handlers import Mailbox
        from aiosmtpd.smtp import AuthResult

        folder, port, user, password = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(f"{folder}/server.pem", f"{folder}/server.key")

        class Box(Mailbox):
            # Mechanisms are upper case by RFC 4422, .NET writes "login", and servers in use take either; this one does not.
            async def auth_login(self, server, args):
                return await server.auth_LOGIN(server, args)

        def login(server, session, envelope, mechanism, data):
            good = data.login.decode() == user and data.password.decode() == password
            return AuthResult(success=good)

        controller = Controller(Box(f"{folder}/mail"), hostname="127.0.0.1", port=port, tls_context=tls, require_starttls=True,
                                authenticator=login, auth_required=True, auth_require_tls=True)
        controller.start()
        print("ready", flush=True)
        sys.stdin.read()
        """;

    private readonly Process process;

    private MailServer(string folder, int port, Process process) => (Folder, Port, this.process) = (folder, port, process);

    public const string User = "operator";
    public const string Password = "correct-horse-battery";

    public string Folder { get; }

    public int Port { get; }

    /// <summary>What has to be trusted to speak with it.</summary>
    public string CaFile => Path.Combine(Folder, "server.pem");

    public IEnumerable<string> Mail =>
        Directory.Exists(Path.Combine(Folder, "mail", "new")) ? Directory.GetFiles(Path.Combine(Folder, "mail", "new")).Order(StringComparer.Ordinal).Select(File.ReadAllText) : [];

    public static async Task<MailServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("mail-").FullName;
        WriteCertificate(folder);
        var port = FreePort.Find();
        await File.WriteAllTextAsync(Path.Combine(folder, "server.py"), Script);
        var server = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Path.Combine(folder, "server.py"), folder, $"{port}", User, Password])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        (await server.StandardOutput.ReadLineAsync()).ShouldBe("ready", "python3-aiosmtpd is installed by scripts/test-environment.sh");
        return new MailServer(folder, port, server);
    }

    public Task<string> MailAsync(string words) => Eventually.GetAsync(
        () => Task.FromResult(Mail.FirstOrDefault(m => m.Contains(words, StringComparison.Ordinal))), _ => true, $"a mail with '{words}'");

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static void WriteCertificate(string folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(folder, "server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
