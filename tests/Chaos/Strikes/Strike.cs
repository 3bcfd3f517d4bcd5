namespace BackupOperator.Chaos.Strikes;

/// <summary>A fault made of two steps.</summary>
internal sealed class Strike(Func<Task> begin, Func<Task> end) : IStrike
{
    public Task BeginAsync() => begin();

    public Task EndAsync() => end();
}
