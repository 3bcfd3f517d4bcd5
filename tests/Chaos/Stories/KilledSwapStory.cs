using System.Diagnostics;
using BackupOperator.Archive;
using BackupOperator.Chaos.Checks;
using BackupOperator.LocalCluster.Kubelet.Containers;

namespace BackupOperator.Chaos.Stories;

/// <summary>
/// The sidecar of a restore dies by SIGKILL while the data directories change places, and so does, where no attempt is
/// left to it, the first that is sent to put the old data back.
/// </summary>
internal sealed class KilledSwapStory(Lane lane, Random random)
{
    private const int Entries = 4000;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private string? _container;
    private string? _journal;
    private DateTime _written;

    /// <summary>Makes the swap last: each of these is an entry that has to move.</summary>
    public static void Widen(string dataDirectory)
    {
        for (var i = 0; i < Entries; i++)
        {
            File.WriteAllText(Path.Combine(dataDirectory, string.Create(CultureInfo.InvariantCulture, $"entry-{i:D5}")), "");
        }
    }

    public async Task RunAsync(int runs, Action<StoryResult> tell)
    {
        for (var run = 0; run < runs; run++)
        {
            tell(await RunOnceAsync(attempts: run % 2 == 0 ? 3 : 0));
        }
    }

    private async Task<StoryResult> RunOnceAsync(int attempts)
    {
        var name = lane.NextName("r");
        var problems = new List<string>();
        var killed = new List<string>();
        string? outcome = null;
        try
        {
            await lane.Database.SetVersionAsync(int.Parse(name.Split('-')[1], CultureInfo.InvariantCulture));
            var before = await lane.Database.SumAsync();
            await lane.World.Cluster.ApplyAsync(
                Resources.Restore(lane, name, lane.Base.Path).Replace("backoffLimit: 3", string.Create(CultureInfo.InvariantCulture, $"backoffLimit: {attempts}"), StringComparison.Ordinal));
            killed.Add(await KillAtJournalAsync("MovingOut"));
            var watch = Stopwatch.StartNew();
            if (attempts == 0)
            {
                killed.Add(await KillAtJournalAsync("PuttingBack"));
            }

            await lane.Database.AnswersAsync(TimeSpan.FromMinutes(2));
            var back = watch.Elapsed;
            var restore = await Waiting.ForAsync(
                "end of the restore",
                async () => await lane.World.Client.GetAsync<MySqlRestore>(name, lane.Namespace) is { Status.PhaseName: "Completed" or "Failed" } ended ? ended : null,
                TimeSpan.FromMinutes(4));
            var completed = restore.Status!.PhaseName == "Completed";
            outcome = string.Create(
                CultureInfo.InvariantCulture,
                $"{restore.Status.PhaseName} {restore.Status.Failure?.Reason}, killed at {string.Join(" and ", killed)}, MySQL back after {back.TotalSeconds:0.0} s");
            problems.AddRange(await Aftermath.FindProblemsAsync(lane, restore, completed ? lane.Base.Sum : before));
            var entries = Directory.EnumerateFiles(lane.DataDirectory, "entry-*").Count();
            if (entries != Entries)
            {
                problems.Add($"{entries} of {Entries} entries are in the data directory");
            }
        }
        catch (Exception problem)
        {
            problems.Add(problem.Message);
        }

        if (problems.Count > 0)
        {
            await Evidence.KeepAsync(lane, $"{name} killed swap", problems);
        }

        await lane.World.Client.DeleteAsync<MySqlRestore>(name, lane.Namespace);
        return new StoryResult($"{lane.Namespace}/{name} with {attempts} further attempts", outcome, problems);
    }

    /// <summary>Kills the sidecar a random moment after its journal says the state.</summary>
    /// <returns>What the journal says then.</returns>
    private async Task<string> KillAtJournalAsync(string state)
    {
        // To look for it when the state is there would take longer than the state lasts.
        IReadOnlyList<ContainerProcess> processes = [];
        var limit = Stopwatch.StartNew();
        while (limit.Elapsed < TimeSpan.FromMinutes(2))
        {
            if (ContainerFolder() is not null && processes.All(process => process.Completion.IsCompleted))
            {
                processes = await lane.SidecarProcessesAsync();
            }

            if (ReadJournal()?.Contains($"\"{state}\"", StringComparison.Ordinal) == true)
            {
                var spin = Stopwatch.StartNew();
                var wait = TimeSpan.FromMilliseconds(random.Next(20));
                while (spin.Elapsed < wait)
                {
                    // A sleep would be too long.
                }

                foreach (var process in processes)
                {
                    process.Signal(Signals.Kill);
                }

                return State() ?? "the end";
            }

            // There is no journal before the folder.
            await Task.Delay(ContainerFolder() is null ? 50 : 1);
        }

        throw new TimeoutException($"the journal never said {state}");
    }

    private string? State() => ReadJournal() is { } journal
        ? new[] { "MovingOut", "MovingIn", "Swapped", "TakingOut", "PuttingBack" }.FirstOrDefault(state => journal.Contains($"\"{state}\"", StringComparison.Ordinal))
        : null;

    private string? ReadJournal()
    {
        if (ContainerFolder() is not { } folder)
        {
            return null;
        }

        try
        {
            // It has thousands of names in it. Two versions may be of the same moment, as the file system counts.
            var file = new FileInfo(Path.Combine(folder, "swap.json"));
            if (!file.Exists)
            {
                return null;
            }

            if (file.LastWriteTimeUtc != _written || TimeProvider.System.GetUtcNow().UtcDateTime - _written < Moment)
            {
                _journal = File.ReadAllText(file.FullName);
                _written = file.LastWriteTimeUtc;
            }

            return _journal;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // To look through a folder of thousands of entries at each glance would be most of what this programme does.
    private string? ContainerFolder()
    {
        if (_container is null || !Directory.Exists(_container))
        {
            _container = Directory.EnumerateDirectories(lane.DataDirectory, "*mysqlbackup-*").FirstOrDefault(path => ArchiveFormat.IsReserved(Path.GetFileName(path)));
        }

        return _container;
    }
}
