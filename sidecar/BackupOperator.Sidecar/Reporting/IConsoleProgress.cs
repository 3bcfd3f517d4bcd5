namespace BackupOperator.Sidecar.Reporting;

/// <summary>Shows a person what a command does; on standard error, so that results stay alone on standard output.</summary>
public interface IConsoleProgress : IProgressSink, IAsyncDisposable
{
    /// <summary>A new step begins.</summary>
    void Step(string name);
}
