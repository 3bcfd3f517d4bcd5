using System.Net;
using System.Net.Mail;

namespace BackupOperator.Notifications.Receivers;

/// <summary>Sends mail through an SMTP server, by STARTTLS unless it is told not to.</summary>
internal sealed class EmailReceiver(string name, EmailSettings settings) : IReceiver
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public string Name => name;

    public async Task SendAsync(string id, IReadOnlyList<Outgoing> batch, CancellationToken cancellationToken)
    {
        using var message = new MailMessage
        {
            From = new MailAddress(settings.From),
            Subject = OneLine(MessageText.Heading(batch, settings.Title ?? MessageText.Title)),
            Body = string.Join("\n\n", batch.Select(Paragraph)),
            Headers = { { "Message-ID", $"<{id}@{new MailAddress(settings.From).Host}>" }, { "Auto-Submitted", "auto-generated" } },
        };
        foreach (var to in settings.To)
        {
            message.To.Add(new MailAddress(to));
        }

        using var client = new SmtpClient(settings.Host, settings.Port) { EnableSsl = settings.StartTls };
        if (settings.Username?.Read() is { } user)
        {
            client.Credentials = new NetworkCredential(user, settings.Password?.Read());
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            await client.SendMailAsync(message, limit.Token);
        }
        catch (SmtpException e)
        {
            throw new DeliveryException($"the mail server said {e.StatusCode}: {e.InnerException?.Message ?? e.Message}", IsFinal(e.StatusCode));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DeliveryException($"the mail server did not take it within {Timeout.TotalSeconds:0} s");
        }
    }

    private string Paragraph(Outgoing outgoing) =>
        $"{MessageText.Render(settings.Title ?? MessageText.Title, outgoing)}\n{MessageText.Render(settings.Text ?? MessageText.Body, outgoing)}\n"
        + MessageText.Render("{time}", outgoing);

    // A header cannot hold the line breaks that a server's words may have.
    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    // 5yz is "permanent" in RFC 5321; those that a person mends on the server without a change here are tried on.
    private static bool IsFinal(SmtpStatusCode status) => status is SmtpStatusCode.MailboxNameNotAllowed or SmtpStatusCode.SyntaxError;
}
