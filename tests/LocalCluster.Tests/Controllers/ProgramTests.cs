using System.Diagnostics;
using BackupOperator.LocalCluster.Kubelet.Containers;

namespace BackupOperator.LocalCluster.Tests.Controllers;

public sealed class ProgramTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string folder = Directory.CreateTempSubdirectory("program-").FullName;

    private string Kubeconfig => Path.Combine(folder, "kubeconfig");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(Signals.Kill)]
    [InlineData(Signals.Terminate)]
    public async Task Nothing_of_the_cluster_outlives_the_program(int signal)
    {
        using var program = await StartAsync();
        (await KubectlAsync("run", "sleeper", "--image=debian:12", "--restart=Never", "--command", "--", "sleep", "98765")).ShouldBe("pod/sleeper created\n");
        (await KubectlAsync("wait", "pod/sleeper", "--for=condition=Ready", "--timeout=20s")).ShouldContain("condition met");
        var sleepers = Sleepers();
        sleepers.Count.ShouldBe(1);

        Signals.Send(program.Id, signal);
        await program.WaitForExitAsync().WaitAsync(Patience);

        var start = Stopwatch.GetTimestamp();
        while (sleepers.Exists(pid => Directory.Exists($"/proc/{pid}")) && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(3))
        {
            await Task.Delay(20);
        }

        sleepers.ShouldAllBe(pid => !Directory.Exists($"/proc/{pid}"));
        File.ReadAllText("/proc/self/mounts").ShouldNotContain(folder);
    }

    [Fact]
    public async Task Kubectl_shows_logs_of_a_pod_and_of_its_previous_container()
    {
        using var program = await StartAsync();
        (await KubectlAsync("run", "talker", "--image=debian:12", "--command", "--", "sh", "-c", "echo one; echo two; [ -e /mark ] && sleep 1000; exit 1")).ShouldBe("pod/talker created\n");
        (await KubectlAsync("wait", "pod/talker", "--for=jsonpath={.status.containerStatuses[0].restartCount}=2", "--timeout=20s")).ShouldContain("condition met");

        (await KubectlAsync("logs", "talker", "--previous", "--tail=1")).ShouldBe("two\n");

        Signals.Send(program.Id, Signals.Terminate);
        await program.WaitForExitAsync().WaitAsync(Patience);
        program.ExitCode.ShouldBe(0);
        File.Exists(Kubeconfig).ShouldBeFalse();
    }

    private static List<int> Sleepers() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(path => int.TryParse(Path.GetFileName(path), out _))
            .Where(path => CommandLine(path) == "sleep\098765\0")
            .Select(path => int.Parse(Path.GetFileName(path))),
    ];

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private async Task<Process> StartAsync()
    {
        var program = Process.Start(new ProcessStartInfo("dotnet", [typeof(Cluster).Assembly.Location, "--kubeconfig", Kubeconfig, "--data", Path.Combine(folder, "data")])
        {
            RedirectStandardOutput = true,
        })!;
        using var timeout = new CancellationTokenSource(Patience);
        while (await program.StandardOutput.ReadLineAsync(timeout.Token) is { } line && !line.Contains("Ctrl-C", StringComparison.Ordinal))
        {
        }

        program.HasExited.ShouldBeFalse();
        return program;
    }

    private async Task<string> KubectlAsync(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/kubectl") || File.Exists("/usr/local/bin/kubectl"), "kubectl is not installed");
        using var kubectl = Process.Start(new ProcessStartInfo("kubectl", ["--kubeconfig", Kubeconfig, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = kubectl.StandardError.ReadToEndAsync();
        var output = await kubectl.StandardOutput.ReadToEndAsync();
        await kubectl.WaitForExitAsync().WaitAsync(Patience);
        kubectl.ExitCode.ShouldBe(0, output + await error);
        return output;
    }
}
