namespace BackupOperator.Archive.Tests.Support;

/// <summary>A clock that is ahead of this machine's, or behind: what was just written is old by it, without any waiting.</summary>
internal sealed class WrongClock(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
}
