using BackupOperator.Notifications;

namespace BackupOperator.Tests.Notifications;

public sealed class NotificationFileTests
{
    [Theory]
    [InlineData("""{"cooldown":"soon"}""", "cooldown: soon is no duration")]
    [InlineData("""{"receivers":[{"slack":{"url":{"value":"https://x"}}}]}""", "every receiver needs a name")]
    [InlineData("""{"receivers":[{"name":"a"}]}""", "receiver a: give one of webhook, slack and email")]
    [InlineData("""{"receivers":[{"name":"a","slack":{}}]}""", "receiver a: slack.url is missing")]
    [InlineData("""{"receivers":[{"name":"a","kinds":["Boredom"],"slack":{"url":{"value":"https://x"}}}]}""", "kinds")]
    [InlineData("""{"receivers":[{"name":"a","email":{"host":"mail","from":"nobody","to":["a@example.com"]}}]}""", "receiver a: email.from is no address")]
    [InlineData("""{"receivers":[{"name":"a","email":{"host":"mail","from":"a@example.com","to":["b@example.com"],"startTls":false,"username":{"value":"u"}}}]}""", "would send the password in clear")]
    [InlineData("""{"receiver":[]}""", "receiver")]
    [InlineData("""{""", "LineNumber")]
    public void A_mistake_is_named(string json, string words)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, json);
            Should.Throw<FormatException>(() => NotificationFile.Read(file)).Message.ShouldContain(words);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Should.Throw<FormatException>(() => NotificationFile.Read("/nowhere/notifications.json")).Message.ShouldContain("/nowhere/notifications.json");
}
