using System.Net;
using System.Text.Json.Nodes;
using BackupOperator.Api.Runs;
using BackupOperator.LocalCluster.ApiServer.Faults;
using BackupOperator.LocalCluster.ApiServer.Requests;
using ApiFault = BackupOperator.LocalCluster.ApiServer.Faults.Fault;
using StoreFault = BackupOperator.TestSupport.Faults.Fault;

namespace BackupOperator.Chaos.Holds;

/// <summary>
/// Keeps a run in a phase until it is let go: a request that is made in that phase, and only there, waits for its answer,
/// and so does its repetition. Nothing in the product knows of it.
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

    /// <param name="name">Of the resource, which does not exist yet.</param>
    public PhaseHold(Lane lane, Cell cell, string name)
    {
        (_lane, _cell, _name) = (lane, cell, name);
        var fault = (cell.Run, cell.Phase) switch
        {
            // The operator waits for a target that it does not find.
            (_, "Pending") => new ApiFault { Answer = HttpStatusCode.NotFound },
            (RunOf.Restore, "Verifying") => new ApiFault { HoldAnswer = HoldResultAsync },
            _ => new ApiFault { Hold = (_, token) => HoldAsync(token) },
        };
        _rule = lane.World.Cluster.ApiServer.Faults.Add(Holds, fault);
        lane.StoreRule = request => Holds(request) ? new StoreFault.Hold(HoldAsync(CancellationToken.None)) : null;
    }

    /// <summary>Waits until the run is held, and its status says the phase.</summary>
    public async Task ReachedAsync(Func<Task<string?>> phase, TimeSpan limit)
    {
        if (_cell.Phase != "Pending")
        {
            await _reached.Task.WaitAsync(limit);
        }

        await Waiting.UntilAsync($"phase {_cell.Phase} in the status", async () => await phase() == _cell.Phase, limit);
    }

    public void Release() => _released.TrySetResult();

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
        Report()?["restore"] is not null ? HoldAsync(cancellationToken) : Task.CompletedTask;

    private bool Holds(RequestInfo request)
    {
        if (request.Namespace != _lane.Namespace || _released.Task.IsCompleted)
        {
            return false;
        }

        var isSidecar = request.User.StartsWith($"system:serviceaccount:{_lane.Namespace}:", StringComparison.Ordinal);
        return (_cell.Run, _cell.Phase) switch
        {
            (_, "Pending") => request is { User: Resources.OperatorUser, Resource: "statefulsets", Verb: "get" },
            (_, "Queued") => request.User == Resources.OperatorUser && request is { Resource: "leases", Verb: "create" or "patch" or "update" },
            (RunOf.Restore, "Preparing") => isSidecar && request is { Resource: "mysqlrestores", Verb: "get" },
            (_, "Quiescing") => isSidecar && LooksAtPod(request) && Target() is { Replicas: 0, Mark.Swapping: false },
            (RunOf.Restore, "Swapping") => isSidecar && request is { Resource: "statefulsets", Verb: "get" } && Target() is { Mark.Swapping: true },
            (_, "Resuming" or "Starting") => isSidecar && LooksAtPod(request) && Target() is { Replicas: 1, Mark: not null },
            (RunOf.Restore, "RollingBack") => isSidecar && LooksAtPod(request) && Target() is { Replicas: 0, Mark.Swapping: true },
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
            (RunOf.Backup, "Preparing") or (RunOf.Restore, "Validating") => true,
            (RunOf.Backup, "Precopying") => request.IsPart && Target() is { Mark: null },
            (RunOf.Backup, "Archiving") => request.IsPart && Target() is { Replicas: 0, Mark: not null },
            (RunOf.Backup, "Uploading") => request.Method == "PUT" && request.Path.EndsWith("/manifest.json.zst", StringComparison.Ordinal),
            (RunOf.Backup, "Verifying") or (RunOf.Restore, "Restoring") => request.Method == "GET" && isPack,
            _ => false,
        };
    }

    private static bool LooksAtPod(RequestInfo request) => request is { Resource: "pods", Verb: "get", Name: "db-0" };

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
