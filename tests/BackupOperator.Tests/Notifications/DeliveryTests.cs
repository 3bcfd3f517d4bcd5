using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BackupOperator.Core.Backups;
using BackupOperator.Notifications.Receivers;
using BackupOperator.Tests.Scripted;
using BackupOperator.TestSupport.Servers;

namespace BackupOperator.Tests.Notifications;

/// <summary>The operator as a process, real receivers, and one that is not there.</summary>
public sealed class DeliveryTests
{
    [Fact]
    public async Task A_failed_backup_and_the_first_good_one_after_it_reach_everyone_once_and_nobody_waits_for_the_one_who_is_away()
    {
        await using var cluster = await ScriptedCluster.StartAsync(startOperator: false);
        await using var mail = await MailServer.StartAsync();
        await using var webhook = new HttpInbox(refusals: 1);
        await using var slack = new HttpInbox();
        var settings = Path.Combine(mail.Folder, "notifications.json");
        await WriteAsync(settings, mail, webhook, slack);
        await using var op = new OperatorUnderTest(
            cluster.Server.KubeconfigPath, ("NOTIFICATIONS", settings), ("LEADER_ELECTION_NAMESPACE", Samples.Namespace), ("SSL_CERT_FILE", mail.CaFile));
        await op.LeadsAsync();

        await (await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup()))).DieAsync();
        await cluster.BackupAsync("nightly", b => b.Status.Phase == BackupPhase.Failed, "Failed");
        await op.UntilAsync(() => Task.FromResult(slack.Posts.Count == 1), "Slack was told");
        await op.UntilAsync(() => Task.FromResult(mail.Mail.Any(m => m.Contains("Subject: Backup failed: shop/db"))), "the mail came");
        await op.UntilAsync(() => Task.FromResult(webhook.Posts.Count == 2), "the webhook was told at the second try");

        await (await cluster.SidecarAsync(await cluster.ApplyAsync(Samples.Backup("next")))).SucceedAsync();
        await op.UntilAsync(() => Task.FromResult(slack.Posts.Count == 2), "Slack was told of the good one");
        var good = await mail.MailAsync("Subject: Backups are good again: shop/db");
        good.ShouldContain("MySqlBackup next: Completed");
        await op.UntilAsync(() => Task.FromResult(webhook.Posts.Count == 3), "the webhook was told of the good one");

        mail.Mail.Count().ShouldBe(2);
        slack.Posts.First().Json["text"]!.GetValue<string>().ShouldStartWith(":x: *Backup failed: shop/db*\nMySqlBackup nightly: SidecarDied: ");
        var posts = webhook.Posts.ToList();
        posts.Select(p => p.Answer).ShouldBe([503, 204, 204]);
        posts[0].Headers["webhook-id"].ShouldBe(posts[1].Headers["webhook-id"], "a receiver can tell a repetition");
        foreach (var post in posts)
        {
            post.Headers["webhook-signature"].ShouldBe(
                WebhookReceiver.Sign("whsec_" + Convert.ToBase64String(Encoding.UTF8.GetBytes("key")), post.Headers["webhook-id"]!, post.Headers["webhook-timestamp"]!, post.Body));
        }

        var told = posts[1].Json["notifications"]!.AsArray().Single()!;
        (told["kind"]!.GetValue<string>(), told["severity"]!.GetValue<string>(), told["target"]!.GetValue<string>(), told["resource"]!.GetValue<string>())
            .ShouldBe(("BackupFailed", "error", "db", "MySqlBackup nightly"));
        op.Lines.ShouldNotContain(l => l.Contains(MailServer.Password) || l.Contains("/hook"), "addresses and passwords are secrets");
        await op.UntilAsync(() => Task.FromResult(op.Lines.Any(l => l.Contains("Receiver away did not get 1 notifications yet"))), "the log tells of the one who is away");
    }

    // Standard Webhooks' own example (https://github.com/standard-webhooks/standard-webhooks, spec and libraries).
    [Fact]
    public void Signatures_are_those_of_Standard_Webhooks() => WebhookReceiver.Sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", Encoding.UTF8.GetBytes("""{"test": 2432232314}"""))
        .ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    private static async Task WriteAsync(string file, MailServer mail, HttpInbox webhook, HttpInbox slack)
    {
        var folder = Path.GetDirectoryName(file)!;
        await File.WriteAllTextAsync(Path.Combine(folder, "password"), MailServer.Password + "\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "slack"), slack.Url);
        var settings = new JsonObject
        {
            ["groupWait"] = "0s",
            ["receivers"] = new JsonArray(
                new JsonObject { ["name"] = "away", ["slack"] = new JsonObject { ["url"] = Value($"http://127.0.0.1:{FreePort.Find()}/hook") } },
                new JsonObject
                {
                    ["name"] = "hook",
                    ["webhook"] = new JsonObject { ["url"] = Value(webhook.Url), ["secret"] = Value("whsec_" + Convert.ToBase64String(Encoding.UTF8.GetBytes("key"))) },
                },
                new JsonObject { ["name"] = "chat", ["slack"] = new JsonObject { ["url"] = new JsonObject { ["file"] = Path.Combine(folder, "slack") } } },
                new JsonObject
                {
                    ["name"] = "mail",
                    ["email"] = new JsonObject
                    {
                        ["host"] = "127.0.0.1",
                        ["port"] = mail.Port,
                        ["from"] = "backups@example.com",
                        ["to"] = new JsonArray("dba@example.com"),
                        ["username"] = Value(MailServer.User),
                        ["password"] = new JsonObject { ["file"] = Path.Combine(folder, "password") },
                    },
                }),
        };
        await File.WriteAllTextAsync(file, settings.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    private static JsonObject Value(string value) => new() { ["value"] = value };
}
