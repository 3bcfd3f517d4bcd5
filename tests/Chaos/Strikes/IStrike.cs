namespace BackupOperator.Chaos.Strikes;

/// <summary>A fault that begins and ends.</summary>
internal interface IStrike
{
    Task BeginAsync();

    Task EndAsync();
}
