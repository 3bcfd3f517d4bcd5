using System.Diagnostics;
using BackupOperator.Chaos.Checks;
using BackupOperator.Chaos.Holds;

namespace BackupOperator.Chaos.Running;

/// <summary>One cell in a lane: brings the run into the phase, and looks at what is left when it is over.</summary>
internal sealed class CellRun : IDisposable
{
    private static readonly TimeSpan ToThePhase = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan ToTheEnd = TimeSpan.FromMinutes(8);

    private readonly Lane _lane;
    private readonly string _name;
    private readonly PhaseHold _hold;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private string _before = "";

    public CellRun(Lane lane, Cell cell)
    {
        (_lane, Cell) = (lane, cell);
        _name = lane.NextName(cell.Run == RunOf.Backup ? "b" : "r");
        _hold = new PhaseHold(lane, cell, _name);
    }

    public Cell Cell { get; }

    public Lane Lane => _lane;

    /// <summary>Returns when the run is in the phase, and waits there.</summary>
    public async Task PrepareAsync()
    {
        await _lane.Database.SetVersionAsync(int.Parse(_name.Split('-')[1], CultureInfo.InvariantCulture));
        _before = await _lane.Database.SumAsync();
        await _lane.World.Cluster.ApplyAsync(Cell.Run == RunOf.Backup
            ? Resources.Backup(_lane, _name, precopy: Cell.Phase != "Archiving")
            : Resources.Restore(_lane, _name, Cell.Phase == "RollingBack" ? _lane.Base.BrokenPath : _lane.Base.Path));
        await _hold.ReachedAsync(async () => (await ReadAsync())?.RunStatus.PhaseName, ToThePhase);
    }

    public void Release() => _hold.Release();

    /// <summary>Whether MySQL is down, or about to be, because the run has stopped it.</summary>
    public async Task<bool> IsStoppedAsync() => (await _lane.Database.StatefulSetAsync()).Spec?.Replicas == 0;

    /// <summary>Waits for MySQL where something is promised.</summary>
    public async Task<TimeSpan?> MeasureAnswerAsync(bool isStopped)
    {
        if (!isStopped || !Cell.IsTimed)
        {
            return null;
        }

        var watch = Stopwatch.StartNew();
        await _lane.Database.AnswersAsync(TimeSpan.FromMinutes(3), Waiting.Closely);
        return watch.Elapsed;
    }

    /// <summary>Waits for the end of the run, and checks everything.</summary>
    public async Task<CellResult> ConcludeAsync(TimeSpan? back)
    {
        var problems = new List<string>();
        IRunEntity? run = null;
        if (back > Promise.Of(Cell))
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"MySQL was back after {back.Value.TotalSeconds:0.0} s only"));
        }

        try
        {
            run = await Waiting.ForAsync(
                "end of the run", async () => await ReadAsync() is { RunStatus.PhaseName: "Completed" or "Failed" or "Cancelled" } over ? over : null, ToTheEnd);
            var completed = run.RunStatus.PhaseName == "Completed";
            problems.AddRange(await Aftermath.FindProblemsAsync(_lane, run, completed && Cell.Run == RunOf.Restore ? _lane.Base.Sum : _before));
            if (completed && run is MySqlBackup backup)
            {
                var found = await RestoredBackup.OpenAsync(
                    _lane, backup.Status!.Path!, backup.Status.ManifestDigest, (session, _) => Database.SumAsync(session));
                if (found != _before)
                {
                    problems.Add($"Completed, and the backup holds {found}, not {_before}");
                }
            }

            if (completed && Cell.Phase == "RollingBack")
            {
                problems.Add("Completed although the restored server cannot start");
            }
        }
        catch (Exception problem)
        {
            var status = (await ReadAsync())?.RunStatus;
            problems.Add($"{problem.Message} (now {status?.PhaseName}: {status?.Message})");
        }

        await RemoveAsync(problems);
        return new CellResult(Cell, run?.RunStatus.PhaseName, run?.RunStatus.Failure?.Reason, back, _watch.Elapsed, problems);
    }

    /// <summary>The cell could not be carried out.</summary>
    public async Task<CellResult> FailAsync(Exception problem)
    {
        var problems = new List<string> { problem.Message };
        _hold.Release();
        await RemoveAsync(problems);
        return new CellResult(Cell, null, null, null, _watch.Elapsed, problems);
    }

    public void Dispose() => _hold.Dispose();

    private async Task<IRunEntity?> ReadAsync() => Cell.Run == RunOf.Backup
        ? await _lane.World.Client.GetAsync<MySqlBackup>(_name, _lane.Namespace)
        : await _lane.World.Client.GetAsync<MySqlRestore>(_name, _lane.Namespace);

    // What was created for the run goes with its resource.
    private async Task RemoveAsync(List<string> problems)
    {
        if (problems.Count > 0)
        {
            await Evidence.KeepAsync(_lane, Cell.Name, problems);
        }

        try
        {
            await (Cell.Run == RunOf.Backup
                ? _lane.World.Client.DeleteAsync<MySqlBackup>(_name, _lane.Namespace)
                : _lane.World.Client.DeleteAsync<MySqlRestore>(_name, _lane.Namespace));
            await Waiting.UntilAsync(
                "removal of the Job with its resource",
                async () => (await _lane.World.Client.ListAsync<V1Job>(_lane.Namespace)).Items.All(job => job.Metadata.OwnerReferences?.Exists(owner => owner.Name == _name) != true),
                TimeSpan.FromSeconds(30));
        }
        catch (Exception problem)
        {
            problems.Add(problem.Message);
        }
    }
}
