using System.Runtime.InteropServices;

namespace BackupOperator.Sidecar.Runs;

/// <summary>Turns the first SIGTERM or SIGINT into a cancellation, so that what was begun can be undone.</summary>
public sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly bool _secondEnds;

    /// <param name="secondEnds">Whether a second signal ends the process at once, as people at a terminal expect.</param>
    public Interruption(bool secondEnds)
    {
        _secondEnds = secondEnds;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle), PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle)];
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The exit code for the signal that came; null before.</summary>
    public ExitCode? ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Handle(PosixSignalContext signal)
    {
        if (ExitCode is not null && _secondEnds)
        {
            return;
        }

        signal.Cancel = true;
        ExitCode ??= signal.Signal == PosixSignal.SIGINT ? Api.Runs.ExitCode.Interrupted : Api.Runs.ExitCode.Terminated;
        _source.Cancel();
    }
}
