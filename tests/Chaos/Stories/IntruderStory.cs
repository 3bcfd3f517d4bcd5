using BackupOperator.Chaos.Checks;

namespace BackupOperator.Chaos.Stories;

/// <summary>
/// MySQL is written to all the time, and at a random moment of each backup someone starts it. A backup that claims to be
/// complete must be one of a server that was shut down, with every row of it.
/// </summary>
internal sealed class IntruderStory(Lane lane, Random random)
{
    private static readonly TimeSpan Latest = TimeSpan.FromSeconds(3);

    /// <param name="first">The number of the intruder to begin with.</param>
    public async Task RunAsync(int first, int runs, Action<StoryResult> tell)
    {
        var ledger = new Ledger(lane);
        await ledger.CreateAsync();
        using var stop = new CancellationTokenSource();
        var writing = ledger.WriteAsync(stop.Token);
        var intruders = Enum.GetValues<Intruder>();
        for (var run = first; run < first + runs; run++)
        {
            var intruder = intruders[run % intruders.Length];
            tell(await RunOnceAsync(ledger, intruder, TimeSpan.FromMilliseconds(random.Next((int)Latest.TotalMilliseconds)), precopy: random.Next(2) == 0));
        }

        await stop.CancelAsync();
        await writing;
    }

    private async Task<StoryResult> RunOnceAsync(Ledger ledger, Intruder intruder, TimeSpan delay, bool precopy)
    {
        var name = lane.NextName("b");
        var problems = new List<string>();
        var over = new TaskCompletionSource();
        string? outcome = null;
        try
        {
            var atLeast = ledger.Written;
            await lane.World.Cluster.ApplyAsync(Resources.Backup(lane, name, precopy));
            var intrusion = Intrusion.RunAsync(lane, intruder, delay, over.Task);
            var backup = await Waiting.ForAsync(
                "end of the backup",
                async () => await lane.World.Client.GetAsync<MySqlBackup>(name, lane.Namespace) is { Status.PhaseName: "Completed" or "Failed" } ended ? ended : null,
                TimeSpan.FromMinutes(4));
            over.TrySetResult();
            await intrusion;
            outcome = $"{backup.Status!.PhaseName} {backup.Status.Failure?.Reason}".Trim();
            if (backup.Status.PhaseName == "Completed")
            {
                problems.AddRange(await RestoredBackup.OpenAsync(
                    lane, backup.Status.Path!, backup.Status.ManifestDigest, (session, log) => LookAsync(session, log, atLeast)));
            }
            else if (intruder == Intruder.None)
            {
                problems.Add($"failed although nobody interfered: {backup.Status.Failure?.Message}");
            }

            await lane.Database.AnswersAsync(TimeSpan.FromSeconds(120));
            await Waiting.UntilAsync(
                "StatefulSet without a mark", async () => (await lane.Database.StatefulSetAsync()).Annotation(Api.Runs.QuiesceMark.Annotation) is null, TimeSpan.FromSeconds(60));
            await using var live = await lane.Database.ConnectAsync();
            if (await Ledger.FindProblemAsync(live) is { } wrong)
            {
                problems.Add($"MySQL: {wrong}");
            }
        }
        catch (Exception problem)
        {
            problems.Add(problem.Message);
        }
        finally
        {
            over.TrySetResult();
        }

        if (problems.Count > 0)
        {
            await Evidence.KeepAsync(lane, $"{name} {intruder}", problems);
        }

        await lane.World.Client.DeleteAsync<MySqlBackup>(name, lane.Namespace);
        return new StoryResult(string.Create(CultureInfo.InvariantCulture, $"{lane.Namespace}/{name} {intruder} after {delay.TotalSeconds:0.0} s{(precopy ? "" : ", no pre-copy")}"), outcome, problems);
    }

    private static async Task<IReadOnlyList<string>> LookAsync(MySql.MySqlSession session, string log, long atLeast)
    {
        var problems = new List<string>();
        if (log.Contains("crash recovery", StringComparison.OrdinalIgnoreCase) || log.Contains("not shut down", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add("the backup is of a server that was not shut down");
        }

        if (await Ledger.FindProblemAsync(session) is { } wrong)
        {
            problems.Add($"the backup: {wrong}");
        }

        var last = long.Parse((await session.ScalarAsync("SELECT seq FROM app.last WHERE id = 1"))!, CultureInfo.InvariantCulture);
        if (last < atLeast)
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"the backup ends at row {last}; {atLeast} were there before it began"));
        }

        return problems;
    }
}
