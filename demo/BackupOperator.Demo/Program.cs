using System.Runtime.InteropServices;
using BackupOperator.Demo;
using BackupOperator.Demo.Stage;
using BackupOperator.MySql;

using var interrupted = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
var screen = new Screen();
try
{
    await using var theatre = new Theatre(screen, throughS3: args.Contains("--s3"));
    return await new Play(theatre, screen).RunAsync(interrupted.Token) ? 0 : 1;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    screen.Say("Interrupted; everything that the demo started is gone.");
    return 130;
}
catch (Exception error) when (error is InvalidOperationException or TimeoutException or IOException or KubernetesApiException or MySqlClientException)
{
    screen.Fail(error.Message);
    return 1;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    interrupted.Cancel();
}
