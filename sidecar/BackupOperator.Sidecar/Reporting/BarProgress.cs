using BackupOperator.Api.Entities;
using Spectre.Console;

namespace BackupOperator.Sidecar.Reporting;

/// <summary>A bar for each step, on a terminal.</summary>
public sealed class BarProgress : IConsoleProgress
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ProgressContext> _context = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Task _shown;
    private ProgressTask? _current;
    private string _step = "";

    public BarProgress(IAnsiConsole console)
    {
        _shown = console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(async context =>
            {
                _context.SetResult(context);
                await _end.Task;
            });
    }

    public void Step(string name)
    {
        lock (_gate)
        {
            if (_current is not null)
            {
                _current.Value = 100;
                _current.StopTask();
            }

            _step = name;
            _current = _context.Task.GetAwaiter().GetResult().AddTask(Markup.Escape(name));
        }
    }

    public void Progress(RunProgress progress)
    {
        lock (_gate)
        {
            if (_current is not null)
            {
                _current.Value = Math.Min(progress.Percent ?? 0, 100);
                _current.Description = Markup.Escape($"{_step}: {PlainProgress.Describe(progress)}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        await _shown;
    }
}
