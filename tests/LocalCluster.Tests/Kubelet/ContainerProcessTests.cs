using BackupOperator.LocalCluster.Images;
using BackupOperator.LocalCluster.Kubelet.Containers;

namespace BackupOperator.LocalCluster.Tests.Kubelet;

public sealed class ContainerProcessTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly string folder = Directory.CreateTempSubdirectory("containers-").FullName;
    private ProcessNamespace node = null!;
    private int count;

    public async ValueTask InitializeAsync() => node = await ProcessNamespace.CreateAsync();

    public ValueTask DisposeAsync()
    {
        node.Dispose();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_exit_code_output_and_termination_message_come_back()
    {
        var container = await ShellAsync("echo hello; echo trouble >&2; printf because > /dev/termination-log; exit 7");

        var exit = await container.Completion.WaitAsync(Patience);

        exit.Code.ShouldBe(7);
        exit.Message.ShouldBe("because");
        (await File.ReadAllTextAsync(container.Spec.LogFile)).ShouldBe("hello\ntrouble\n");
    }

    [Fact]
    public async Task A_container_sees_its_own_processes_only_and_writes_to_its_own_layer()
    {
        var mark = "/usr/localcluster-" + Guid.NewGuid().ToString("N");
        var container = await ShellAsync($"echo $$; hostname; echo x > {mark}; ls /proc | grep -c '^[0-9]'; id -u; cat /proc/mounts | wc -l");

        (await container.Completion.WaitAsync(Patience)).Code.ShouldBe(0);

        var lines = await File.ReadAllLinesAsync(container.Spec.LogFile);
        lines[0].ShouldBe("1");
        lines[1].ShouldBe("pod-0");
        int.Parse(lines[2]).ShouldBeLessThan(5);
        lines[3].ShouldBe("0");
        File.Exists(mark).ShouldBeFalse();
    }

    [Fact]
    public async Task SIGTERM_that_is_handled_ends_the_container_in_its_own_way()
    {
        var container = await ShellAsync("trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done");
        await LogAsync(container, "ready");

        (await container.StopAsync(Patience)).Code.ShouldBe(3);
    }

    [Fact]
    public async Task SIGTERM_that_is_ignored_becomes_SIGKILL_after_the_grace_period()
    {
        var container = await ShellAsync("trap '' TERM; sleep 1000 & echo ready; wait; sleep 1000");
        await LogAsync(container, "ready");
        var pids = container.HostPids();
        pids.Count.ShouldBeGreaterThan(1);
        var before = DateTime.UtcNow;

        var exit = await container.StopAsync(TimeSpan.FromMilliseconds(300));

        exit.Code.ShouldBe(137);
        (DateTime.UtcNow - before).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(290));
        pids.ShouldAllBe(pid => !Alive(pid));
    }

    [Fact]
    public async Task Everything_dies_with_the_node()
    {
        var container = await ShellAsync("setsid sleep 1000 & setsid sleep 1000 & echo ready; wait");
        await LogAsync(container, "ready");
        var pids = container.HostPids();
        pids.Count.ShouldBe(3);

        node.Kill();

        (await container.Completion.WaitAsync(Patience)).Code.ShouldBe(137);
        pids.ShouldAllBe(pid => !Alive(pid));
    }

    [Fact]
    public async Task Mounts_are_seen_where_they_belong_and_read_only_ones_refuse_writes()
    {
        var data = Directory.CreateDirectory(Path.Combine(folder, "it's data")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "file"), "content");
        var container = await ShellAsync(
            "cat /volume/file /etc/one; echo more > /volume/new; echo x > /read/file || echo refused",
            spec => spec with
            {
                Mounts =
                [
                    new ContainerMount(data, "/volume"), new ContainerMount(data, "/read", ReadOnly: true),
                    new ContainerMount(Path.Combine(data, "file"), "/etc/one", ReadOnly: true),
                ],
            });

        await container.Completion.WaitAsync(Patience);

        (await File.ReadAllTextAsync(container.Spec.LogFile)).ShouldContain("contentcontent");
        (await File.ReadAllTextAsync(container.Spec.LogFile)).ShouldContain("refused");
        (await File.ReadAllTextAsync(Path.Combine(data, "new"))).ShouldBe("more\n");
        (await File.ReadAllTextAsync(Path.Combine(data, "file"))).ShouldBe("content");
    }

    [Fact]
    public async Task A_container_runs_as_the_user_it_is_told_to()
    {
        var container = await ShellAsync(
            "id -u; id -g; id -G; echo x > /file || echo refused; echo $SECRET; grep -E 'CapBnd|NoNewPrivs' /proc/self/status",
            spec => spec with
            {
                User = new ContainerUser(1234, 1235, [1236], [], NoNewPrivileges: true),
                ReadOnlyRoot = true,
                Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["SECRET"] = "it's $HOME" },
            });

        await container.Completion.WaitAsync(Patience);

        var lines = await File.ReadAllLinesAsync(container.Spec.LogFile);
        lines[0].ShouldBe("1234");
        lines[1].ShouldBe("1235");
        lines[2].ShouldBe("1235 1236");
        lines.ShouldContain("refused");
        lines.ShouldContain("it's $HOME");
        lines.ShouldContain("CapBnd:\t0000000000000000");
        lines.ShouldContain("NoNewPrivs:\t1");
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_an_error_with_its_name()
    {
        var spec = Spec(["no-such-program"]);

        var error = await Should.ThrowAsync<ContainerStartException>(
            () => ContainerProcess.StartAsync(node, spec, TimeProvider.System));

        error.Message.ShouldContain("\"no-such-program\": executable file not found in $PATH");
    }

    [Fact]
    public async Task A_command_runs_inside_the_container_and_is_killed_when_its_time_is_over()
    {
        var container = await ShellAsync("echo inside > /mark; echo ready; sleep 1000");
        await LogAsync(container, "ready");

        var (code, output) = await container.ExecAsync(["cat", "/mark"], Patience);
        code.ShouldBe(0);
        output.ShouldBe("inside\n");
        (await container.ExecAsync(["sleep", "100"], TimeSpan.FromMilliseconds(200))).ExitCode.ShouldBe(137);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$(NAME)-$(MISSING)", "value-$(MISSING)")]
    [InlineData("$$(NAME) $NAME $", "$(NAME) $NAME $")]
    public void References_are_expanded_as_Kubernetes_does(string text, string expected) =>
        CommandLine.Expand(text, new Dictionary<string, string> { ["NAME"] = "value" }).ShouldBe(expected);

    [Fact]
    public void A_command_drops_the_cmd_of_the_image_and_args_replace_it()
    {
        var none = new Dictionary<string, string>();
        CommandLine.Resolve(null, null, ["entry"], ["cmd"], none).ShouldBe(["entry", "cmd"]);
        CommandLine.Resolve(null, ["arg"], ["entry"], ["cmd"], none).ShouldBe(["entry", "arg"]);
        CommandLine.Resolve(["command"], null, ["entry"], ["cmd"], none).ShouldBe(["command"]);
        CommandLine.Resolve(["command"], ["arg"], ["entry"], ["cmd"], none).ShouldBe(["command", "arg"]);
    }

    private static bool Alive(int pid) => Directory.Exists($"/proc/{pid}");

    private static async Task LogAsync(ContainerProcess container, string text)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (!(await File.ReadAllTextAsync(container.Spec.LogFile, timeout.Token)).Contains(text, StringComparison.Ordinal))
        {
            await Task.Delay(10, timeout.Token);
        }
    }

    private Task<ContainerProcess> ShellAsync(string script, Func<ContainerSpec, ContainerSpec>? change = null)
    {
        var spec = Spec(["/bin/sh", "-c", script]);
        return ContainerProcess.StartAsync(node, change?.Invoke(spec) ?? spec, TimeProvider.System);
    }

    private ContainerSpec Spec(IReadOnlyList<string> arguments) => new()
    {
        Directory = Path.Combine(folder, $"container-{++count}"),
        Root = "/",
        Arguments = arguments,
        Environment = new Dictionary<string, string> { ["PATH"] = ContainerImage.DefaultPath },
        LogFile = Path.Combine(folder, $"log-{count}"),
        HostName = "pod-0",
    };
}
