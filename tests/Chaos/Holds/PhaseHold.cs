using System.Text.Json.Nodes;
using BackupOperator.Api.Runs;
using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.LocalCluster.ApiServer.Requests;
using ApiFault = BackupOperator.LocalCluster.ApiServer.Faults.Fault;
using StoreFault = BackupOperator.TestSupport.Faults.Fault;

namespace BackupOperator.Chaos.Holds;

/// <summary>
/// Keeps a run in a phase until it is let go: the first request that is made in that phase, and only there, waits for
/// its answer. Nothing in the product knows of it.
/// </summary>
internal sealed class PhaseHold : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private readonly Lane _lane;
    private readonly Cell _cell;
    private readonly string _name;
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FaultRule _rule;
    private int _held;

    /// <param name="name">Of the resource, which does not exist yet.</param>
    public PhaseHold(Lane lane, Cell cell, string name)
    {
        (_lane, _cell, _name) = (lane, cell, name);
        var isAnswer = cell is { Run: RunOf.Restore, Phase: "Verifying" };
        _rule = lane.World.Cluster.ApiServer.Faults.Add(
            Holds, isAnswer ? new ApiFault { HoldAnswer = HoldResultAsync } : new ApiFault { Hold = (_, token) => HoldAsync(token) });
        lane.StoreRule = request => Holds(request) ? new StoreFault.Hold(HoldAsync(CancellationToken.None)) : null;
    }

    /// <summary>Whether the phase is one that waits by itself, for the Secret that is created with <see cref="ReleaseAsync"/>.</summary>
    public bool IsPending => _cell.Phase == "Pending";

    /// <summary>The Secret with the login to MySQL that the resource is to name.</summary>
    public string Login => IsPending ? $"{_name}-login" : "db";

    /// <summary>Waits until the run is held, and its status says the phase.</summary>
    public async Task ReachedAsync(Func<Task<string?>> phase, TimeSpan limit)
    {
        if (!IsPending)
        {
            await _reached.Task.WaitAsync(limit);
        }

        await Waiting.UntilAsync($"phase {_cell.Phase} in the status", async () => await phase() == _cell.Phase, limit);
    }

    public async Task ReleaseAsync()
    {
        _released.TrySetResult();
        if (IsPending)
        {
            await _lane.World.Cluster.ApplyAsync(Resources.Secret(_lane.Namespace, Login, "username", "root", "password", Resources.Password));
        }
    }

    public void Dispose()
    {
        _released.TrySetResult();
        _rule.Dispose();
        _lane.StoreRule = _ => null;
    }

    private async Task HoldAsync(CancellationToken cancellationToken)
    {
        _reached.TrySetResult();
        await _released.Task.WaitAsync(Longest, cancellationToken);
    }

    // Many reports are answered; the one with the result is held.
    private Task HoldResultAsync(RequestInfo request, CancellationToken cancellationToken) =>
        Report()?["restore"] is not null && Interlocked.Exchange(ref _held, 1) == 0 ? HoldAsync(cancellationToken) : Task.CompletedTask;

    private bool Holds(RequestInfo request)
    {
        if (request.Namespace != _lane.Namespace || _released.Task.IsCompleted)
        {
            return false;
        }

        var isSidecar = request.User.StartsWith($"system:serviceaccount:{_lane.Namespace}:", StringComparison.Ordinal);
        return (_cell.Run, _cell.Phase) switch
        {
            (_, "Queued") => !isSidecar && request is { Resource: "leases", Verb: "create" or "patch" or "update" } && Once(),
            (RunOf.Restore, "Preparing") => isSidecar && request is { Resource: "mysqlrestores", Verb: "get" } && Once(),
            (_, "Quiescing") => isSidecar && LooksAtPod(request) && Target() is { Replicas: 0, Mark.Swapping: false } && Once(),
            (RunOf.Restore, "Swapping") => isSidecar && request is { Resource: "statefulsets", Verb: "get" } && Target() is { Mark.Swapping: true } && Once(),
            (_, "Resuming" or "Starting") => isSidecar && LooksAtPod(request) && Target() is { Replicas: 1, Mark: not null } && Once(),
            (RunOf.Restore, "RollingBack") => isSidecar && LooksAtPod(request) && Target() is { Replicas: 0, Mark.Swapping: true } && Once(),
            (RunOf.Restore, "Verifying") => isSidecar && request is { Resource: "mysqlrestores", Subresource: "status", Verb: "patch" },
            _ => false,
        };
    }

    private bool Holds(ProxiedRequest request)
    {
        if (_released.Task.IsCompleted)
        {
            return false;
        }

        var isPack = request.Path.EndsWith(".pack", StringComparison.Ordinal);
        return (_cell.Run, _cell.Phase) switch
        {
            (RunOf.Backup, "Preparing") or (RunOf.Restore, "Validating") => Once(),
            (RunOf.Backup, "Precopying") => request.IsPart && Target() is { Mark: null } && Once(),
            (RunOf.Backup, "Archiving") => request.IsPart && Target() is { Replicas: 0, Mark: not null } && Once(),
            (RunOf.Backup, "Uploading") => request.Method == "PUT" && request.Path.EndsWith("/manifest.json.zst", StringComparison.Ordinal) && Once(),
            (RunOf.Backup, "Verifying") or (RunOf.Restore, "Restoring") => request.Method == "GET" && isPack && Once(),
            _ => false,
        };
    }

    private static bool LooksAtPod(RequestInfo request) => request is { Resource: "pods", Verb: "get", Name: "db-0" };

    private bool Once() => Interlocked.Exchange(ref _held, 1) == 0;

    private (int Replicas, QuiesceMark? Mark)? Target()
    {
        var set = _lane.World.Cluster.ApiServer.Peek("apps/statefulsets", _lane.Namespace, "db");
        return set is null
            ? null
            : (int.Parse(set["spec"]!["replicas"]!.ToJsonString(), CultureInfo.InvariantCulture), QuiesceMark.Parse(set["metadata"]!["annotations"]?[QuiesceMark.Annotation]?.GetValue<string>()));
    }

    private JsonNode? Report() =>
        _lane.World.Cluster.ApiServer.Peek("mysqlbackup.io/mysqlrestores", _lane.Namespace, _name)?["status"]?["report"];
}
