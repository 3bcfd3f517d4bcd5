using System.Text.Json;
using System.Text.Json.Nodes;
using BackupOperator.Api.Entities;
using BackupOperator.Kubernetes.Client;
using BackupOperator.Kubernetes.Serialization;
using Microsoft.Extensions.Logging;

namespace BackupOperator.Sidecar.Reporting;

/// <summary>
/// Tells the resource's status what the run does: changes of the report at once, progress at most once a second.
/// Everything is sent in the background, the latest state wins, and an API that is away is tried again later: a run
/// never waits for its reports, nor fails because of them.
/// </summary>
public sealed class Reporter : IProgressSink, IAsyncDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly RunResource _resource;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _gate = new();
    private readonly Task _loop;

    private RunReport _report;
    private RunReport? _sentReport;
    private RunProgress? _progress;
    private RunProgress? _sentProgress;
    private TaskCompletionSource _settled = Completed();

    public Reporter(RunResource resource, RunReport first, TimeProvider time, ILogger<Reporter> logger)
    {
        (_resource, _report, _time, _logger) = (resource, first, time, logger);
        lock (_gate)
        {
            Unsettle();
        }

        _loop = Task.Run(LoopAsync);
    }

    /// <summary>The report as it is now, sent or not.</summary>
    public RunReport Report
    {
        get
        {
            lock (_gate)
            {
                return _report;
            }
        }
    }

    public void Update(Func<RunReport, RunReport> change)
    {
        lock (_gate)
        {
            var changed = change(_report);
            if (changed == _report)
            {
                return;
            }

            _report = changed;
            Unsettle();
        }
    }

    public void Step(RunStep step)
    {
        _logger.LogInformation("Step {Step}", step);
        Update(report => report with { Step = step });
    }

    public void Progress(RunProgress progress)
    {
        lock (_gate)
        {
            // A verification uploads nothing, and what was uploaded before it still was.
            progress.BytesUploaded = Math.Max(progress.BytesUploaded ?? 0, _progress?.BytesUploaded ?? 0);
            _progress = progress;
            Unsettle();
        }
    }

    public void Thaw(ThawReport thaw)
    {
        _logger.LogInformation("{Readable} of {Packs} packs can be read; the others are being brought back from an archive class", thaw.Readable, thaw.Packs);
        Update(report => report with { Thaw = thaw });
    }

    /// <summary>Waits until the API has everything.</summary>
    /// <returns>False where it does not within <paramref name="patience"/>.</returns>
    public async Task<bool> FlushAsync(TimeSpan patience)
    {
        Task settled;
        lock (_gate)
        {
            settled = _settled.Task;
        }

        try
        {
            await settled.WaitAsync(patience, _time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Stops sending; call <see cref="FlushAsync"/> before.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
        _wake.Dispose();
    }

    private void Unsettle()
    {
        if (_settled.Task.IsCompleted)
        {
            _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }

    private async Task LoopAsync()
    {
        var pause = TimeSpan.Zero;
        try
        {
            while (true)
            {
                await _wake.WaitAsync(_stop.Token);
                while (NextPatch() is { } next)
                {
                    pause = await SendAsync(next) switch
                    {
                        true when next.HasReport => TimeSpan.Zero,
                        true => ProgressInterval,
                        false => pause == TimeSpan.Zero ? ProgressInterval : pause * 2 < Longest ? pause * 2 : Longest,
                    };
                    await PauseAsync(pause);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    // A new report ends the pause after a progress; progress alone does not.
    private async Task PauseAsync(TimeSpan pause)
    {
        var since = _time.GetTimestamp();
        while (pause > TimeSpan.Zero && _time.GetElapsedTime(since) < pause && !(pause == ProgressInterval && ReportIsNew()))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var left = pause - _time.GetElapsedTime(since);
            var timer = Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, limit.Token);
            var woken = _wake.WaitAsync(limit.Token);
            await Task.WhenAny(timer, woken);
            await limit.CancelAsync();
            _stop.Token.ThrowIfCancellationRequested();
        }
    }

    private bool ReportIsNew()
    {
        lock (_gate)
        {
            return _report != _sentReport;
        }
    }

    private sealed record Patch(RunReport Report, bool HasReport, RunProgress? Progress);

    private Patch? NextPatch()
    {
        lock (_gate)
        {
            var reportIsNew = _report != _sentReport;
            if (!reportIsNew && ReferenceEquals(_progress, _sentProgress))
            {
                _settled.TrySetResult();
                return null;
            }

            return new Patch(_report, reportIsNew, _progress);
        }
    }

    private async Task<bool> SendAsync(Patch patch)
    {
        var fields = new Dictionary<string, JsonNode>();
        if (patch.HasReport)
        {
            fields["/report"] = JsonSerializer.SerializeToNode(patch.Report, KubernetesJson.Options)!;
        }

        if (patch.Progress is { } progress)
        {
            fields["/progress"] = JsonSerializer.SerializeToNode(progress, KubernetesJson.Options)!;
        }

        try
        {
            await _resource.SetStatusAsync(fields, _stop.Token);
        }
        catch (KubernetesApiException gone) when (gone.IsNotFound)
        {
            // The resource was deleted, or created anew: nobody is there to be told.
            _logger.LogWarning("The resource of this run is gone: {Cause}", gone.Message);
        }
        catch (Exception problem) when (problem is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            _logger.LogWarning("The report was not accepted, and will be sent again: {Cause}", problem.Message);
            return false;
        }

        lock (_gate)
        {
            _sentReport = patch.Report;
            _sentProgress = patch.Progress;
        }

        return true;
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
