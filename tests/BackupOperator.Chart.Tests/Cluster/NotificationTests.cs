using BackupOperator.Notifications;

namespace BackupOperator.Chart.Tests.Cluster;

/// <summary>Who is notified: the operator reads the file that the chart makes of the values.</summary>
public sealed class NotificationTests(ChartRenderer chart)
{
    private const string Values = """
        notifications:
          secretName: backup-notifications
          config:
            cooldown: 30m
            receivers:
              - name: dba
                kinds: [BackupFailed, DatabaseLeftStopped]
                email:
                  {host: smtp.example.com, port: 2525, from: b@example.com, to: [dba@example.com], username: {value: b}, password: {file: /notifications/smtp-password}}
              - name: "on-call: \"7\""
                slack: {url: {file: /notifications/slack-url}}
        """;

    [Fact]
    public async Task The_operator_reads_its_file()
    {
        var rendering = await chart.RenderAsync(Values);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, (string)rendering["ConfigMap"]["data"]!["notifications.json"]!, TestContext.Current.CancellationToken);
        var settings = NotificationFile.Read(file);
        File.Delete(file);
        settings.Cooldown.ShouldBe("30m");
        settings.Receivers.Select(r => r.Name).ShouldBe(["dba", "on-call: \"7\""]);
        settings.Receivers[0].Email!.Port.ShouldBe(2525);
        settings.Receivers[0].Kinds.Count.ShouldBe(2);
    }

    [Fact]
    public async Task File_and_secrets_are_mounted_where_the_operator_looks()
    {
        var rendering = await chart.RenderAsync(Values);
        var pod = rendering["Deployment"]["spec"]!["template"]!["spec"]!;
        var mounts = rendering.Container["volumeMounts"]!.AsArray().ToDictionary(m => (string)m!["mountPath"]!, m => pod["volumes"]!.AsArray().Single(v => (string?)v!["name"] == (string?)m!["name"])!);
        var file = rendering.Variables["NOTIFICATIONS"];
        ((string?)mounts[Path.GetDirectoryName(file)!]["configMap"]!["name"]).ShouldBe((string?)rendering["ConfigMap"]["metadata"]!["name"]);
        rendering["ConfigMap"]["data"]!.AsObject().Select(d => d.Key).ShouldBe([Path.GetFileName(file)]);
        ((string?)mounts["/notifications"]["secret"]!["secretName"]).ShouldBe("backup-notifications");
    }

    [Fact]
    public async Task A_changed_file_restarts_the_operator()
    {
        string Pod(RenderedChart rendering) => rendering["Deployment"]["spec"]!["template"]!["metadata"]!.ToJsonString();
        Pod(await chart.RenderAsync(Values)).ShouldNotBe(Pod(await chart.RenderAsync(Values.Replace("30m", "31m", StringComparison.Ordinal))));
    }
}
